import GateCore

/// The URLs of `healthgate run`, a short form of a target and a list of instances.
package enum GatedURLs {
  /// Adds the settings for URLs to the flags.
  ///
  /// `http://10.0.1.5/health http://10.0.1.6/health` are `--target HTTP:80/health --instances
  /// 10.0.1.5,10.0.1.6`. If the ports of the URLs differ, the target has `traffic-port`, and each
  /// instance its own port.
  ///
  /// - Throws: `SettingsError` with all URLs that are invalid; then with those that cannot be
  ///   combined, or with flags that contradict them.
  package static func settings(
    _ urls: [String], beside flags: [(SettingKey, [String])]
  ) throws(SettingsError) -> [(SettingKey, [String])] {
    guard !urls.isEmpty else { return flags }
    let places = try read(urls)
    let rivals = flags.map(\.0).filter { $0 == .target || SettingKey.sources.contains($0) }
    guard rivals.isEmpty else { throw SettingsError(rivals.map { rivalry($0, urls[0]) }) }
    let differing = places.compactMap { difference($0, places[0]) }
    guard differing.isEmpty else { throw SettingsError(differing) }
    let doubled = doubled(places)
    guard doubled.isEmpty else { throw SettingsError(doubled) }
    var target = places[0].target
    let portsDiffer = Set(places.map(\.instance.port)).count > 1
    if portsDiffer { target.port = .trafficPort }
    let instances = places.map { place in
      let address = place.instance.address
      guard portsDiffer else { return address }
      return "\(address.contains(":") ? "[\(address)]" : address):\(place.instance.port)"
    }
    return flags + [(.target, [target.written]), (.instances, instances)]
  }

  private struct Place {
    var text: String
    var instance: Instance
    var target: HealthCheckTarget
  }

  private static func read(_ urls: [String]) throws(SettingsError) -> [Place] {
    var places: [Place] = []
    var problems: [SettingProblem] = []
    for text in urls {
      do throws(GrammarError) {
        guard text.contains("://"),
          case .url(let instance, let target) = try ProbeTarget(parsing: text)
        else {
          throw GrammarError("\(text.shown) is not a URL", hint: text.hintAtURL)
        }
        places.append(Place(text: text, instance: instance, target: target))
      } catch {
        let error = error.withoutSecrets(of: text)
        problems.append(problem(error.description, hint: error.hint))
      }
    }
    guard problems.isEmpty else { throw SettingsError(problems) }
    return places
  }

  /// The error for a URL that differs from the first one in more than the port; nil if it does not.
  private static func difference(_ place: Place, _ first: Place) -> SettingProblem? {
    let (one, other) = (place.target, first.target)
    let halves = [one, other].map {
      $0.path.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    }
    let part: String
    if one.scheme != other.scheme {
      part = "protocol"
    } else if halves[0].first != halves[1].first {
      part = "path"
    } else if one.path != other.path {
      part = "query"
    } else {
      return nil
    }
    return problem(
      "the \(part) of \(place.text.shown) differs from that of \(first.text.shown)",
      hint: "a run sends every instance the same request; 'healthgate probe' takes any URLs")
  }

  /// The problems of URLs that name the same address and port as an earlier one.
  private static func doubled(_ places: [Place]) -> [SettingProblem] {
    var known: [String: Place] = [:]
    return places.compactMap { place in
      let instance = place.instance
      let canonical = (try? NetworkAddress(parsing: instance.address))?.canonical
      let other = known.updateValue(
        place, forKey: "\(canonical ?? instance.address) \(instance.port)")
      return other.map { other in
        let (one, same) = (other.instance.id.shown, instance.id.shown)
        return problem(
          one == same
            ? "\(one) is given twice" : "\(one) and \(same) are the same place",
          hint: "keep one of them")
      }
    }
  }

  private static func rivalry(_ key: SettingKey, _ url: String) -> SettingProblem {
    problem(
      "\(key == .target ? "the target" : "the group") is given twice: by \(url.shown) and by "
        + key.flag,
      hint: "keep one of them")
  }

  private static func problem(_ sentence: String, hint: String? = nil) -> SettingProblem {
    SettingProblem(.inconsistent(.instances, sentence, hint: hint))
  }
}

extension String {
  /// Whether it looks more like an address than a command: `10.0.1.5:80`, `web.example/health`,
  /// `localhost`.
  package var looksLikePlace: Bool {
    contains { ".:/[".contains($0) } || lowercased() == "localhost"
  }

  /// `json` of `list.json`; nil for endings but those of files that this program reads, none of which is a top-level
  /// domain.
  var fileEnding: String? {
    let name = split(separator: "/", omittingEmptySubsequences: false).last ?? ""
    guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return nil }
    let ending = name[name.index(after: dot)...].lowercased()
    return ["txt", "csv", "json", "yaml", "yml", "ndjson"].contains(ending) ? ending : nil
  }

  /// The hint for an address that is not written as a URL, or for the name of a file.
  package var hintAtURL: String {
    if let hint = hintAtFile { return hint }
    if contains(","),
      (try? split(separator: ",").map { try InstanceSpec(parsing: String($0)) }) != nil
    {
      return "give a list with --instances, and what to check with --target HTTP:80/health"
    }
    return looksLikePlace && !(first?.isUppercase ?? false && contains(":"))
      || (try? HealthCheckTarget(parsing: self)) != nil
      ? "write the protocol too, such as \(SecretPlaces.masked(asURL)), or give --target and --instances"
      : "give URLs alone, such as http://10.0.1.5/health, or --target and --instances"
  }

  /// The option or command for a file of this name; nil for a word that can be a host name.
  private var hintAtFile: String? {
    switch fileEnding {
    case nil: nil
    case "yaml", "yml", "json": "give a settings file with --config \(printable)"
    case "ndjson": "'healthgate replay \(printable)' reads a journal"
    default: "give a file of instances with --instances-file \(printable)"
    }
  }

  private var asURL: String {
    if let target = try? HealthCheckTarget(parsing: self) {
      return "\(target.scheme.rawValue.lowercased())://10.0.1.5\(target.path)"
    }
    let hasPath = contains("/")
    return "http://\(self)\(hasPath ? "" : "/health")"
  }
}
