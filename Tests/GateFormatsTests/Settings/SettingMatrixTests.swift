import GateCore
import Testing

@testable import GateRecords
@testable import GateSettings

/// One cell of the matrix but for the setting: what is checked, which way, for whom, and from where.
struct MatrixCell: CustomStringConvertible {
  var check: Check
  var way: Way
  var role: Role
  var source: SettingKey

  enum Check: String, CaseIterable {
    case http1 = "HTTP"
    case http2 = "HTTP/2"
    case https1 = "HTTPS"
    case https2 = "HTTPS/2"
    case tcp = "TCP"
    case ssl = "SSL"
    case grpc = "GRPC"
    case grpcs = "GRPCS"
    case health = "GRPC health"

    var isConnection: Bool { self == .tcp || self == .ssl }
    var isGRPC: Bool { [.grpc, .grpcs, .health].contains(self) }
    var isTLS: Bool { [.https1, .https2, .ssl, .grpcs].contains(self) }
    var isHTTP2: Bool { self == .http2 || self == .https2 }

    fileprivate var settings: [(SettingKey, String)] {
      switch self {
      case .http1: [(.target, "HTTP:80/h")]
      case .http2: [(.target, "HTTP:80/h"), (.protocolVersion, "http2"), (.semantics, "alb")]
      case .https1: [(.target, "HTTPS:80/h")]
      case .https2: [(.target, "HTTPS:80/h"), (.protocolVersion, "http2"), (.semantics, "alb")]
      case .tcp: [(.target, "TCP:80")]
      case .ssl: [(.target, "SSL:80")]
      case .grpc: [(.target, "GRPC:80/a.B/C"), (.semantics, "alb")]
      case .grpcs: [(.target, "GRPCS:80/a.B/C"), (.semantics, "alb")]
      case .health:
        [(.target, "GRPC:80\(HealthCheckTarget.standardGRPCPath)"), (.semantics, "alb")]
      }
    }
  }

  enum Way: String, CaseIterable {
    case direct
    case httpProxy = "HTTP proxy"
    case socks = "SOCKS"
    case connectTo = "connect_to"

    fileprivate var settings: [(SettingKey, String)] {
      switch self {
      case .direct: []
      case .httpProxy: [(.proxy, "http://bastion:3128")]
      case .socks: [(.proxy, "socks5://bastion:1080")]
      case .connectTo: [(.connectTo, "10.0.1.5:80:127.0.0.1:8080")]
      }
    }
  }

  enum Role: String, CaseIterable {
    /// The group alone.
    case group
    /// A group beside the old one.
    case baseline
    /// A group beside a guard.
    case `guard`
    /// What a load balancer says of the group, and no checks.
    case view

    fileprivate var settings: [(SettingKey, String)] {
      switch self {
      case .group: []
      case .baseline: [(.baseline, "instances:10.9.9.9")]
      case .guard: [(.guard, "exec:true")]
      case .view: [(.probeFrom, "load-balancer"), (.crossCheck, "elb:web")]
      }
    }
  }

  static let sources: [(SettingKey, String)] = [
    (.instances, "10.0.1.5,10.0.1.6"), (.instancesFile, "hosts"), (.dns, "web.example"),
    (.srv, "_http._tcp.web.example"), (.exec, "list"), (.asg, "green"), (.elb, "web"),
    (.targetGroup, "web"), (.terraform, "show.json"),
  ]

  var settings: [(SettingKey, String)] {
    check.settings + way.settings + role.settings + Self.sources.filter { $0.0 == source }
  }

  /// Whether such a run can be asked for at all.
  var isPossible: Bool {
    // Who makes no checks has no way to make them by, and no HTTP version.
    role != .view || way == .direct && !check.isHTTP2
  }

  var description: String {
    "\(check.rawValue), \(way.rawValue), \(role.rawValue), \(source.rawValue)"
  }
}

/// A setting with a value that is not what holds anyway, and what it cannot do without.
struct MatrixSample: CustomStringConvertible {
  var key: SettingKey
  var value: String
  var companions: [(SettingKey, String)]

  init(_ key: SettingKey, _ value: String, _ companions: (SettingKey, String)...) {
    self.key = key
    self.value = value
    self.companions = companions
  }

  static let baseline = (SettingKey.baseline, "instances:10.9.9.9")
  static let step = (SettingKey.steps, #"{"weight": 10, "shift": "./shift"}"#)
  static let recorded = (SettingKey.journal, "run.ndjson")

  static let all = particular + plain

  /// The settings that any value of their kind makes a sample of.
  private static let plain: [MatrixSample] = {
    let done = Set(particular.map(\.key)).union(MatrixCell.sources.map(\.0)).union([.target])
    return SettingKey.allCases.filter { !done.contains($0) }.compactMap { key in
      switch key.setting.kind {
      case .toggle: MatrixSample(key, "true")
      case .wholeNumber: MatrixSample(key, "3")
      case .instanceCount: MatrixSample(key, "1")
      case .duration: MatrixSample(key, "10")
      default: nil
      }
    }
  }()

  /// Those that need a value of their own, or another setting beside them.
  private static let particular: [MatrixSample] = [
    MatrixSample(.semantics, "nlb"), MatrixSample(.interval, "7"), MatrixSample(.timeout, "3"),
    MatrixSample(.initialThreshold, "4"),
    MatrixSample(.unhealthyThreshold, "5"), MatrixSample(.unhealthyWindow, "3/10"),
    MatrixSample(.matcher, "12"),
    MatrixSample(.matcher, "202"), MatrixSample(.host, "web"),
    MatrixSample(.header, "A: b"), MatrixSample(.userAgent, "me"), MatrixSample(.method, "OPTIONS"),
    MatrixSample(.protocolVersion, "http2"), MatrixSample(.protocolVersion, "grpc"),
    MatrixSample(.grpcService, "shop.Cart"), MatrixSample(.proxyProtocol, "v2"),
    MatrixSample(.caFile, "ca.pem", (.verifyTLS, "true")), MatrixSample(.clientCert, "cert.pem"),
    MatrixSample(.clientKey, "key.pem", (.clientCert, "cert.pem")),
    MatrixSample(.serverName, "web"),
    MatrixSample(.tlsMax, "1.2"), MatrixSample(.proxy, "http://other:3128"),
    MatrixSample(.connectTo, "10.0.1.6:80:127.0.0.1:81"), MatrixSample(.expectBody, "ok"),
    MatrixSample(.expectHeader, "A=b"), MatrixSample(.expectJSON, "/a=b"),
    MatrixSample(.expectVersion, "2", (.versionFrom, "header:V")),
    MatrixSample(.versionFrom, "header:V", (.expectVersion, "2")),
    MatrixSample(.versionFrom, "json:/v", (.expectVersion, "2")),
    MatrixSample(.versionFrom, "body:v(.)", (.expectVersion, "2")),
    MatrixSample(.terraformResource, "aws_elb.web"), MatrixSample(.importFrom, "elb:web"),
    MatrixSample(.expected, "2"), MatrixSample(.refresh, "11"), MatrixSample(.expectImage, "ami-1"),
    MatrixSample(.expectLaunchTemplateVersion, "3"), MatrixSample(.expectTag, "a=b"),
    MatrixSample(.probeFrom, "load-balancer", (.crossCheck, "elb:other")),
    MatrixSample(.crossCheck, "elb:other"), MatrixSample(.minHealthy, "50%"),
    MatrixSample(.baseline, "asg:blue"), MatrixSample(.compare, "true", baseline),
    MatrixSample(.maxLatencyIncrease, "5ms", (.compare, "true"), baseline),
    MatrixSample(.confidence, "99%", (.compare, "true"), baseline),
    MatrixSample(.minSamples, "30", (.compare, "true"), baseline),
    MatrixSample(.guard, "http:http://other/"), MatrixSample(.deadline, "20m"),
    MatrixSample(.format, "text"), MatrixSample(.verdict, "v.json"),
    MatrixSample(.journal, "run.ndjson"),
    MatrixSample(.resume, "run.ndjson"), MatrixSample(.progress, "none"),
    MatrixSample(.signKey, "key.pem"),
    MatrixSample(.attestation, "a.json", (.subject, "sha256:" + String(repeating: "a", count: 64))),
    MatrixSample(.subject, "sha256:" + String(repeating: "a", count: 64), (.attestation, "a.json")),
    MatrixSample(.report, "html=r.html"), MatrixSample(.onPromote, "up"),
    MatrixSample(.onRollback, "down"),
    MatrixSample(.onInconclusive, "ask"),
    MatrixSample(.verifyRollback, "true", (.onRollback, "down"), baseline),
    MatrixSample(.hookTimeout, "10", (.onPromote, "up")),
    MatrixSample(.notify, "https://chat.example/x"),
    MatrixSample(.events, "-"), MatrixSample(.ci, "github"), MatrixSample(.ciDir, "out"),
    MatrixSample(.label, "service=web"),
    MatrixSample(.healthChecks, #"{"name": "api", "unhealthy_threshold": 6}"#),
    MatrixSample(.steps, #"{"weight": 10, "shift": "./shift"}"#, (.undo, "none"), recorded),
    MatrixSample(.shift, "./shift", step, (.undo, "none"), recorded),
    MatrixSample(.undo, "./back", step, (.undo, "none"), recorded),
  ]

  /// Its own value replaces that of the cell.
  func raw(in cell: MatrixCell) -> RawSettings {
    matrixSettings(cell.settings + companions + [(key, value)])
  }

  /// Whether it changes nothing there since it is what holds anyway, or is read before the settings
  /// are understood: what is imported is then in them.
  func isSaid(in cell: MatrixCell) -> Bool {
    key == .importFrom
      || key == .protocolVersion && (value == "grpc") == cell.check.isGRPC
        && (cell.check.isGRPC || cell.check.isHTTP2)
      || cell.settings.contains { $0.0 == key && $0.1 == value }
  }

  var description: String { "\(key.rawValue) \(value)" }
}

/// What cannot be meant, written down apart from the table: a setting, where, and why.
private enum Impossible {
  static let requests: Set<SettingKey> = [
    .matcher, .host, .header, .userAgent, .method, .protocolVersion, .expectBody, .expectHeader,
    .expectJSON, .expectVersion, .versionFrom,
  ]
  static let tls: Set<SettingKey> = [
    .verifyTLS, .caFile, .clientCert, .clientKey, .serverName, .tlsMax,
  ]
  static let checks = requests.union(tls).union([
    .grpcService, .proxyProtocol, .proxy, .connectTo, .baseline, .compare, .maxLatencyIncrease,
    .confidence, .minSamples, .verifyRollback, .healthChecks, .spreadChecks,
  ])
  static let aws: Set<SettingKey> = [.expectImage, .expectLaunchTemplateVersion, .expectTag]

  static func reason(_ sample: MatrixSample, in cell: MatrixCell) -> String? {
    let key = sample.key
    if cell.check.isConnection, requests.contains(key) {
      return "a connection has no request and no answer"
    }
    if key == .grpcService, cell.check != .health {
      return "only the request of grpc.health.v1 names a service"
    }
    if cell.check.isGRPC {
      if key == .method { return "gRPC has one method" }
      if [.expectBody, .expectJSON].contains(key)
        || key == .versionFrom && sample.value != "header:V"
      {
        return "the body of a gRPC answer is a message"
      }
      if key == .matcher, sample.value == "202" { return "the codes of gRPC end with 99" }
    } else if key == .matcher, sample.value == "12" {
      return "the codes of HTTP begin with 100"
    }
    if key == .protocolVersion, (sample.value == "grpc") != cell.check.isGRPC {
      return "gRPC is the version of gRPC targets, and they have no other"
    }
    if !cell.check.isTLS, tls.contains(key) { return "there is no TLS" }
    if key == .proxyProtocol, cell.way == .httpProxy || cell.way == .socks {
      return "the proxy would get the header"
    }
    if key == .probeFrom, cell.way != .direct || cell.check.isHTTP2 || cell.role == .baseline {
      return "who makes no checks has no use for how they are made"
    }
    if cell.role == .view, checks.contains(key) { return "nothing is checked from here" }
    let isOfAWS = [.asg, .elb, .targetGroup, .terraform].contains(cell.source)
    if aws.contains(key), !isOfAWS { return "only AWS knows what an instance is made from" }
    let isFixed = [.instances, .instancesFile].contains(cell.source)
    if key == .refresh, isFixed, cell.role != .view { return "nobody is asked again" }
    if key == .terraformResource, cell.source != .terraform { return "it is in Terraform's file" }
    return nil
  }
}

extension Settings {
  /// All that the program acts on.
  fileprivate var effect: Settings {
    var effect = self
    effect.inForce = RawSettings()
    effect.warnings = []
    return effect
  }
}

@Suite struct SettingMatrixTests {
  /// Of the settings, each has a sample, or is what the cells themselves are made of.
  @Test func noSettingIsLeftOut() {
    let made = Set(MatrixSample.all.map(\.key)).union(MatrixCell.sources.map(\.0)).union([.target])
    #expect(made == Set(SettingKey.allCases))
  }

  @Test func whatIsNoRunIsRefused() {
    for check in MatrixCell.Check.allCases {
      for way in MatrixCell.Way.allCases {
        for role in MatrixCell.Role.allCases {
          for (source, _) in MatrixCell.sources {
            let cell = MatrixCell(check: check, way: way, role: role, source: source)
            let settings = try? Settings(resolving: matrixSettings(cell.settings))
            #expect((settings != nil) == cell.isPossible, "\(cell)")
          }
        }
      }
    }
  }

  @Test(arguments: MatrixCell.Way.allCases, MatrixCell.Role.allCases)
  func everySettingIsHonoredOrRefused(_ way: MatrixCell.Way, _ role: MatrixCell.Role) throws {
    var (accepted, refused) = (0, 0)
    for check in MatrixCell.Check.allCases {
      for (source, _) in MatrixCell.sources {
        let cell = MatrixCell(check: check, way: way, role: role, source: source)
        guard cell.isPossible else {
          refused += MatrixSample.all.count
          continue
        }
        let base = try Settings(resolving: matrixSettings(cell.settings)).effect
        for sample in MatrixSample.all {
          let reason = Impossible.reason(sample, in: cell)
          do throws(SettingsError) {
            let settings = try Settings(resolving: sample.raw(in: cell))
            accepted += 1
            #expect(reason == nil, "accepted: \(sample) of \(cell)")
            let isHonored = sample.isSaid(in: cell) || isHonored(sample, settings, over: base, cell)
            #expect(isHonored, "accepted and then ignored: \(sample) of \(cell)")
          } catch {
            refused += 1
            #expect(reason != nil, "refused: \(sample) of \(cell): \(error)")
            #expect(isSaidWell(error, sample), "badly said: \(sample) of \(cell): \(error)")
          }
        }
      }
    }
    print("matrix: \(way.rawValue), \(role.rawValue): \(accepted) accepted, \(refused) refused")
  }

  /// Whether the settings differ in what the program acts on from those without the sample.
  private func isHonored(
    _ sample: MatrixSample, _ settings: Settings, over base: Settings, _ cell: MatrixCell
  ) -> Bool {
    guard !sample.companions.isEmpty else { return settings.effect != base }
    // What others need is not taken away alone.
    guard let without = try? Settings(resolving: matrixSettings(cell.settings + sample.companions))
    else {
      return settings.effect != base
    }
    return settings.effect != without.effect
  }

  /// Whether the error is about the sample, and says what to do.
  private func isSaidWell(_ error: SettingsError, _ sample: MatrixSample) -> Bool {
    // What is wrong is then how the checks are made that nobody makes.
    if sample.key == .probeFrom { return error.problems.allSatisfy { $0.hint != nil } }
    let keys = [sample.key] + sample.companions.map(\.0)
    return error.problems.contains { problem in problem.key.map(keys.contains) ?? false }
      && error.problems.allSatisfy { problem in problem.hint != nil || problem.key == .matcher }
  }
}

/// Settings of a file.
private func matrixSettings(_ settings: [(SettingKey, String)]) -> RawSettings {
  var raw = RawSettings()
  for (key, value) in settings {
    raw.values[key] = [SettingText(value, at: .file(path: "gate.yaml", line: 1))]
  }
  return raw
}
