import GateCore

@testable import GateInsight
@testable import GateSettings
@testable import GateText
@testable import InstanceSources

extension FuzzedReader {
  /// What is read of one text; where there is a writer, it reads again as the same value.
  static let grammars: [FuzzedReader] = [
    grammar("target", "HTTP:80/health", "grpc:traffic-port/pkg.S/M", "TCP:5432", "SSL:443") {
      text throws(GrammarError) in
      (try HealthCheckTarget(parsing: text), { $0.description })
    },
    grammar("duration", "15", "0.5", "500ms", "1h2m3.25s", "8784h") { text throws(GrammarError) in
      (try Duration(parsing: text), { $0.inWords })
    },
    grammar("matcher", "200", "200-299", "200, 202,301-308") { text throws(GrammarError) in
      (try Matcher(parsing: text, bounds: 100...999), { $0.description })
    },
    grammar("gRPC matcher", "0", "0-99") { text throws(GrammarError) in
      (try Matcher(parsing: text, bounds: 0...99), { $0.description })
    },
    grammar("instance count", "2", "50%", "1000000") { text throws(GrammarError) in
      (try InstanceCount(parsing: text), { $0.description })
    },
    grammar("unhealthy window", "3/10", "64/64") { text throws(GrammarError) in
      (try UnhealthyWindow(parsing: text), { $0.description })
    },
    grammar("instance", "10.0.1.5", "web-3=10.0.1.7:80", "[2001:db8::5]:80", "a=fe80::1%eth0") {
      text throws(GrammarError) in (try InstanceSpec(parsing: text), { $0.description })
    },
    grammar("JSON Pointer", "", "/build/version", "/a~1b/m~0n/0") { text throws(GrammarError) in
      (try JSONPointer(parsing: text), { $0.description })
    },
    grammar("header", "X-Env: blue", "X-Empty;") { text throws(GrammarError) in
      (
        try Answer.Field(parsingHeader: text),
        { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
      )
    },
    grammar("probe target", "https://[fe80::1%25eth0]:8443/a?b", "HTTP:80/", "web=10.0.0.1:80") {
      text throws(GrammarError) in (try ProbeTarget(parsing: text), nil)
    },
    grammar("proxy", "socks5h://user:p@ss@bastion:1080/", "http://[::1]:3128") {
      text throws(GrammarError) in (try checkedProxy(text), { $0 })
    },
    grammar("connect_to", "web.example:443:10.0.0.1:8443", "::[2001:db8::1]:") {
      text throws(GrammarError) in (try checkedConnectTo(text), { $0 })
    },
    grammar("JSON expectation", "/status=ok", "/a/0=1.5") { text throws(GrammarError) in
      (try JSONExpectation(parsing: text), { "\($0.pointer)=\($0.value)" })
    },
    grammar("subject", "sha1:\(String(repeating: "a1", count: 20))") {
      text throws(GrammarError) in (try Subject(parsing: text), nil)
    },
    grammar("report", "html=report.html", "JUnit=a=b") { text throws(GrammarError) in
      (try ReportRequest(parsing: text), { "\($0.format.rawValue)=\($0.path)" })
    },
    grammar("version source", "header:X-App", "json:/v", "body:version (\\d+)") {
      text throws(GrammarError) in (try VersionSource(parsing: text), nil)
    },
    grammar("pattern", "o+k", "(?i)[a-z]+\\d{2,3}|^x.*$", "(?P<v>\\pL+)") {
      text throws(GrammarError) in
      let pattern = try BodyPattern(text)
      return (pattern.size * pattern.bytesLookedAt <= BodyPattern.mostWork, nil)
    },
    grammar("confidence", "95%", "99.5%", "50.01%") { text throws(GrammarError) in
      (try Confidence(parsing: text), { $0.description })
    },
    grammar("latency increase", "20%", "5ms", "1.5s") { text throws(GrammarError) in
      (try LatencyIncrease(parsing: text), { $0.description })
    },
    grammar("rate", "0.1", "10%", ".5") { text throws(GrammarError) in
      (try RateText(parsing: text), nil)
    },
    grammar("baseline", "asg:blue", "instances:10.0.1.5,a=[::1]:80", "terraform:f#a.b") {
      text throws(GrammarError) in (try InstanceSource(parsing: text), nil)
    },
    grammar("webhook", "https://user:pass@hooks.example/T0/B0?x=y", "slack:http://[::1]:80/") {
      text throws(GrammarError) in (try Webhook(parsing: text), nil)
    },
    grammar(
      "guard", "prometheus:http://u:p@h:9090/?query=rate(a[5m]) < 0.01", "http:https://h/a",
      "cloudwatch-alarm:web 5xx", "exec:test -e /ok"
    ) { text throws(GrammarError) in (try GuardSpec(parsing: text), nil) },
    loose("time of a verdict", "2026-05-05T10:00:00.000Z", "0001-01-01T00:00:00.000Z") { text in
      try Timestamp(text).map { time in
        try promise(Timestamp(time.text) == time, "\(time.text) is another time")
      } != nil
    },
    loose("time of AWS", "2026-05-05T10:00:00Z", "2026-05-05 10:00:00.5+02:00") { text in
      epochSeconds(text) != nil
    },
    loose("time of a header", "Tue, 05 May 2026 10:00:00 GMT", "2026-05-05 10:00:00 GMT") { text in
      secondsSince1970(text) != nil
    },
    loose("Terraform address", "module.a[\"b.c\"].aws_elb.web[0]") { text in
      !TerraformAddress(parsing: text).steps.isEmpty
    },
    loose("command line", "aws 'a b' \"c\\\"d\" e\\ f") { text in commandWords(text) != nil },
    loose("text for people", "one\ttwo\u{1B}[2J") { text in
      let cleaned = text.cleaned(to: 40)
      try promise(cleaned.utf8.count <= 40, "longer than 40 bytes")
      try promise(
        cleaned.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }, "it has a control character")
      try promise(cleaned.cleaned(to: 40) == cleaned, "cleaned again it is another")
      return true
    },
  ]

  /// A grammar, with the writer of what it reads.
  private static func grammar<Value: Equatable & SendableMetatype>(
    _ name: String, _ samples: String...,
    reading: @escaping @Sendable (String) throws(GrammarError) -> (Value, ((Value) -> String)?)
  ) -> FuzzedReader {
    let samples = samples.map { Array($0.utf8) }
    return FuzzedReader(name, share: name == "version source" ? 4 : 16, samples: { samples }) {
      bytes in
      let value: Value
      let write: ((Value) -> String)?
      do throws(GrammarError) {
        (value, write) = try reading(String(decoding: bytes, as: UTF8.self))
      } catch {
        try promise(!error.description.isEmpty, "an error without words")
        return false
      }
      guard let write else { return true }
      let written = write(value)
      let again: Value
      do throws(GrammarError) {
        again = try reading(written).0
      } catch {
        throw BrokenPromise("'\(written)' was written, and is not read: \(error)")
      }
      try promise(again == value, "'\(written)' reads as \(again), not \(value)")
      return true
    }
  }

  private static func loose(
    _ name: String, _ samples: String..., reading: @escaping @Sendable (String) throws -> Bool
  ) -> FuzzedReader {
    let samples = samples.map { Array($0.utf8) }
    return FuzzedReader(name, share: 16, samples: { samples }) { bytes in
      try reading(String(decoding: bytes, as: UTF8.self))
    }
  }
}
