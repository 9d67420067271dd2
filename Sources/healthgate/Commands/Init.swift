internal import ArgumentParser
internal import GateRecords
internal import GateRun
internal import GateSettings
internal import GateText

#if canImport(Glibc)
  internal import Glibc
#endif

/// Prints a file of settings to begin with.
struct Init: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init",
    _superCommandName: "healthgate",
    abstract: "Print a commented settings file to start from.",
    discussion: """
      From a URL (healthgate init http://10.0.1.5/health), a load balancer (--import-from elb:web, \
      --elb web, --target-group web), Terraform's JSON (--terraform show.json), any other \
      settings of run, or none: then it is a template. What a load balancer or Terraform says of \
      the health check is written out. It checks nothing.
      """)

  @Argument(
    help: ArgumentHelp("An endpoint to check, such as http://10.0.1.5/health.", valueName: "URL"))
  var urls: [String] = []

  @Option(
    help: ArgumentHelp(
      "Write it to this file, which must not exist (default: standard output).", valueName: "FILE"),
    completion: .file(extensions: ["yaml", "yml"]))
  var output: String?

  @OptionGroup var settings: DecisionFlags

  func run() throws {
    let text = try template().text
    guard let output, output != "-" else { return try Output.print(text) }
    try write(text, to: output)
    Output.complain(
      "healthgate: wrote '\(output.printable)'; next: healthgate --config '\(output.printable)' --print-config"
    )
  }

  private func template() throws -> SettingsTemplate {
    var layers: RawSettings
    do throws(SettingsError) {
      layers = RawSettings(flags: try GatedURLs.settings(urls, beside: settings.given))
      guard layers.problems.isEmpty else { throw SettingsError(layers.problems) }
    } catch {
      throw CommandFailure(error)
    }
    var asked = layers
    if asked.values[.importFrom] == nil, let source = asked.loadBalancer {
      asked.values[.importFrom] = [source]
    }
    let imported = try SettingsImport(asked)
    for warning in imported?.warnings ?? [] {
      Output.complain("healthgate: warning: \(warning.printable)")
    }
    layers = RawSettings(merging: [layers] + (imported.map { [$0.layer] } ?? []))
    let template = SettingsTemplate(layers)
    do throws(SettingsError) {
      try template.check()
    } catch {
      throw CommandFailure(error)
    }
    return template
  }

  private func write(_ text: String, to path: String) throws(CommandFailure) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      let hint = errno == EEXIST ? "\n  hint: it is never overwritten; name another file" : ""
      throw CommandFailure(
        .notWritten,
        "the settings cannot be written to \(path.shown): \(SystemError.last.words)\(hint)")
    }
    defer { close(descriptor) }
    do throws(SystemError) {
      try Output.write(text.utf8, to: descriptor)
    } catch {
      unlink(path)
      throw CommandFailure(
        .notWritten, "the settings cannot be written to \(path.shown): \(error.words)")
    }
  }
}

extension RawSettings {
  /// The load balancer whose instances are the group: it says how it checks them, too.
  fileprivate var loadBalancer: SettingText? {
    for (key, form) in [(SettingKey.elb, "elb"), (.targetGroup, "target-group")] {
      if let text = values[key]?.last {
        return SettingText("\(form):\(text.text)", at: text.origin)
      }
    }
    return nil
  }
}
