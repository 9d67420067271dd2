/// The options that a command line gives more than once, though they take one value.
///
/// The argument parser takes the last of them, which is the wrong one as often as not. It has read
/// the arguments before: whatever begins with two hyphens is an option, since it takes no such text
/// for a value. `--no-strict` is `--strict` again.
///
/// `repeatable` are those of no setting, with their hyphens.
package func repeatedOptions(
  in arguments: [String], besides repeatable: Set<String>
) -> [String] {
  let settings = SettingKey.allCases.map { (flag: $0.flag, setting: $0.setting) }
  let lists = repeatable.union(
    settings.filter { $0.setting.repetition == .repeatable }.map(\.flag))
  let toggles = Set(settings.filter { $0.setting.kind == .toggle }.map(\.flag))
  var seen: Set<String> = []
  var repeated: [String] = []
  for argument in arguments.prefix(while: { $0 != "--" }) where argument.hasPrefix("--") {
    var name = String(argument.prefix { $0 != "=" })
    if name.hasPrefix("--no-"), toggles.contains("--\(name.dropFirst(5))") {
      name = "--\(name.dropFirst(5))"
    }
    guard !lists.contains(name), !seen.insert(name).inserted, !repeated.contains(name) else {
      continue
    }
    repeated.append(name)
  }
  return repeated
}
