internal import GateCore

/// Rules about instances of one group that answer differently.
extension LintRule {
  static let differences = [mixedVersions, instancesDiffer, latencyVaries]

  private static let mixedVersions = LintRule(
    id: "mixed-versions", severity: .error, finds: "several versions answer",
    why:
      "something left over from the old release is checked, and will be promoted with the new one",
    advice: "replace or restart what is old, and check with expect_version and version_from: then "
      + "an instance of another version fails"
  ) { group in
    let shown = group.map { member in
      member.checks.filter { $0.passes(member.check) }.flatMap(ShownVersion.all(in:))
        .withoutRepetitions
    }
    // The first place that tells them apart is enough.
    for place in shown.joined().map(\.place).withoutRepetitions {
      let found = shown.map { $0.filter { $0.place == place }.map(\.version) }
      guard Set(found.joined()).count > 1 else { continue }
      return zip(group, found).compactMap { member, versions in
        versions.isEmpty
          ? nil
          : Sighting(
            instance: member.instance.id,
            seen: "\(place) is \(alternatives(versions))".cleaned(to: 300))
      }
    }
    return []
  }

  private static let instancesDiffer = LintRule(
    id: "instances-differ", severity: .warning, finds: "the instances answer differently",
    why: "they should be identical: one of them is not what it should be",
    advice: "compare the image, the configuration and the start of the process with those of a "
      + "correct instance"
  ) { group in
    for property in properties {
      let values = group.map { member in member.checks.first.flatMap { property.of(member, $0) } }
      guard Set(values.compactMap { $0 }).count > 1 else { continue }
      return zip(group, values).compactMap { member, value in
        value.map {
          Sighting(instance: member.instance.id, seen: "\(property.name): \($0)".cleaned(to: 300))
        }
      }
    }
    return []
  }

  private struct Property: Sendable {
    var name: String
    var of: @Sendable (LintSubject, Exchange) -> String?
  }

  /// The properties to compare, in order; only the first that differs is reported.
  private static let properties = [
    Property(name: "answer") { member, exchange in
      if case .fault = exchange.end { return nil }
      if let failure = exchange.failure(under: member.check) { return failure.detail }
      return exchange.status.map { "HTTP \($0)" } ?? "a connection"
    },
    Property(name: "Content-Type") { _, exchange in exchange.answer?.mediaType },
    Property(name: "Server") { _, exchange in exchange.answer?.server },
    Property(name: "page") { member, exchange in
      exchange.answer.map { reply in
        let page = Page(reply, hiding: [member.instance.address, member.instance.id])
        return page.outline.cleaned(to: 200)
      }
    },
  ]

  private static let latencyVaries = LintRule(
    id: "latency-varies", severity: .note, finds: "one instance is much slower than another",
    why: "it shares its host with something heavy, lacks a cache that others have, or is of "
      + "another type",
    advice: "compare the slow instance's load and its network path to what it depends on"
  ) { group in
    let medians = group.map { member in
      let totals = member.checks.filter { $0.passes(member.check) }.map(\.latencyMicroseconds)
        .sorted()
      return totals.isEmpty ? nil : totals[totals.count / 2]
    }
    guard let least = medians.compactMap({ $0 }).min() else { return [] }
    return zip(group, medians).compactMap { member, median in
      // Three times as slow is nothing as long as it is soon.
      guard let median, median > 3 * least,
        median - least > member.check.timeout.inMicroseconds / 10
      else { return nil }
      return Sighting(
        instance: member.instance.id,
        seen: "answers within \(milliseconds(median)), the fastest within \(milliseconds(least))")
    }
  }
}
