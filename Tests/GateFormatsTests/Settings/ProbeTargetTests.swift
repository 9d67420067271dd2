import GateCore
import GateReports
import GateSettings
import Testing

@Suite struct ProbeTargetTests {
  struct Row: CustomTestStringConvertible, Sendable {
    var text: String
    var wanted: String

    init(_ text: String, _ wanted: String) {
      (self.text, self.wanted) = (text, wanted)
    }

    var testDescription: String { text }
  }

  static let rows = [
    Row("HTTP:80/health", "check HTTP:80/health"),
    Row("https:443/a?b=c", "check HTTPS:443/a?b=c"),
    Row("TCP:5432", "check TCP:5432"),
    Row("HTTP:traffic-port/", "check HTTP:traffic-port/"),
    Row("GRPC:50051/a.B/C", "check GRPC:50051/a.B/C"),
    Row("10.0.1.5", "instance 10.0.1.5"),
    Row("10.0.1.5:8080", "instance 10.0.1.5:8080"),
    Row("web-3=10.0.1.7", "instance web-3=10.0.1.7"),
    Row("[2001:db8::5]:80", "instance [2001:db8::5]:80"),
    Row("2001:db8::5", "instance 2001:db8::5"),
    Row("web.example:80", "instance web.example:80"),
    Row("http://10.0.1.5:8080/health", "url 10.0.1.5 8080 HTTP:8080/health"),
    Row("HTTP://web.example/a?b", "url web.example 80 HTTP:80/a?b"),
    Row("http://10.0.1.5", "url 10.0.1.5 80 HTTP:80/"),
    Row("http://10.0.1.5?ready", "url 10.0.1.5 80 HTTP:80/?ready"),
    Row("https://[2001:db8::5]/x", "url 2001:db8::5 443 HTTPS:443/x"),
    Row("http://[fe80::1%25eth0]/x", "url fe80::1%eth0 80 HTTP:80/x"),
    Row("tcp://10.0.1.5:5432", "url 10.0.1.5 5432 TCP:5432"),
    Row("tcp://10.0.1.5:5432/", "url 10.0.1.5 5432 TCP:5432"),
    Row("ssl://10.0.1.5:443", "url 10.0.1.5 443 SSL:443"),
    Row("grpc://10.0.1.5:50051/a.B/C", "url 10.0.1.5 50051 GRPC:50051/a.B/C"),
    Row("grpcs://10.0.1.5:50051", "url 10.0.1.5 50051 GRPCS:50051/AWS.ALB/healthcheck"),
  ]

  @Test(arguments: rows) func anArgumentIsACheckOrAnInstanceOrBoth(row: Row) throws {
    #expect(try words(ProbeTarget(parsing: row.text)) == row.wanted)
  }

  static let wrong = [
    Row("ftp://10.0.1.5/", "'ftp' in 'ftp://10.0.1.5/' is not a protocol"),
    Row("a=http://10.0.1.5/", "'a=http' in"),
    Row("http://", "has no host"),
    Row("http:///health", "has no host"),
    Row("http://:80/", "is not an address or a host name"),
    Row("http://10.0.1.5:0/", "is not a port"),
    Row("http://10.0.1.5:70000/", "is not a port"),
    Row("http://10.0.1.500/", "is not an IPv4 address"),
    Row("http://10.0.1.5/a b", "has a blank"),
    Row("http://10.0.1.5/#a", "a '#'"),
    Row("tcp://10.0.1.5", "has no port"),
    Row("tcp://10.0.1.5:80/path", "has a path"),
    Row("HTTP:80", "has no path"),
    Row("10.0.1.5/health", "is neither PROTOCOL:PORT/PATH"),
    Row("", "empty"),
  ]

  @Test(arguments: wrong) func whatIsNoneOfThemIsRefusedInWords(row: Row) {
    let error = #expect(throws: GrammarError.self) { try ProbeTarget(parsing: row.text) }
    #expect(error?.description.contains(row.wanted) == true, "\(error?.description ?? "")")
  }

  @Test(arguments: ["http://user:hush@h/", "http://hush@h/", "ftp://u:hush@h/"])
  func aPasswordInAURLIsNotRepeated(text: String) {
    let error = #expect(throws: GrammarError.self) { try ProbeTarget(parsing: text) }
    #expect(error?.description.contains("hush") == false)
  }

  private func words(_ target: ProbeTarget) -> String {
    switch target {
    case .check(let check): "check \(check)"
    case .instance(let spec): "instance \(spec)"
    case .url(let instance, let check): "url \(instance.address) \(instance.port) \(check)"
    }
  }
}
