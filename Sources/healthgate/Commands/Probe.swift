internal import ArgumentParser
internal import CurlHTTP
internal import GateCore
internal import GateEngine
internal import GateFormats

#if canImport(Glibc)
  internal import Glibc
#endif

/// One check of each target, now, and no verdict.
struct Probe: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check each target once, now: result, timings by phase, and what is probably wrong.",
    discussion: """
      A TARGET is what is asked, who is asked, or both:

        HTTP:80/health        is asked of each instance (--instances, --asg, ...)
        10.0.1.5:80           is an instance, and is asked what --target says
        http://10.0.1.5/health, https://..., tcp://10.0.1.5:5432, ssl://...,
        grpc://10.0.1.5:50051/pkg.Service/Method, grpcs://...    are both

      Without any, the settings name both, as in 'healthgate probe --config gate.yaml'. What is \
      sent and what is a success are those of run. Times are from the start of the check to the \
      end of each phase.

      Exit status: 0 each check succeeded, 1 one failed, 2 none failed and one could not be made.
      """)

  @Argument(help: ArgumentHelp("What is asked, who is asked, or both.", valueName: "TARGET"))
  var targets: [String] = []

  @Option(help: ArgumentHelp("A YAML or JSON file of settings.", valueName: "FILE"))
  var config: String?

  @OptionGroup(title: "Health check") var healthCheck: ProbeCheckFlags
  @OptionGroup(title: "Group") var group: ProbeGroupFlags
  @Option(
    help: ArgumentHelp(
      "On standard output: text for people, or json. (default: text)", valueName: "FORMAT"))
  var format: String?

  func run() throws {
    let order = try ProbeOrder(
      targets, config: config,
      healthCheck.given + group.given + (format.map { [(.format, [$0])] } ?? []))
    let document = try order.carriedOut()
    switch order.format {
    case .json: try Output.print(String(decoding: document.json, as: UTF8.self))
    case .text:
      try Output.print(ProbeReport(document, style: .suiting(STDOUT_FILENO)).text)
    }
    Glibc.exit(Int32(document.exitCode))
  }
}

/// The settings of the health check that one check alone can follow.
struct ProbeCheckFlags: SettingFlagGroup {
  @Option(help: .of(.target)) var target: String?
  @Option(help: .of(.semantics)) var semantics: String?
  @Option(help: .of(.timeout)) var timeout: String?
  @Option(help: .of(.matcher)) var matcher: String?
  @Flag(inversion: .prefixedNo, help: .of(.strict)) var strict: Bool?
  @Option(help: .of(.host)) var host: String?
  @Option(parsing: .singleValue, help: .of(.header)) var header: [String] = []
  @Option(help: .of(.userAgent)) var userAgent: String?
  @Option(help: .of(.method)) var method: String?
  @Flag(inversion: .prefixedNo, help: .of(.verifyTLS)) var verifyTLS: Bool?
  @Option(help: .of(.caFile)) var caFile: String?
  @Option(help: .of(.clientCert)) var clientCert: String?
  @Option(help: .of(.clientKey)) var clientKey: String?
  @Option(help: .of(.serverName)) var serverName: String?
  @Option(help: .of(.proxy)) var proxy: String?
  @Option(parsing: .singleValue, help: .of(.connectTo)) var connectTo: [String] = []
  @Option(help: .of(.expectBody)) var expectBody: String?
  @Option(parsing: .singleValue, help: .of(.expectHeader)) var expectHeader: [String] = []
  @Option(parsing: .singleValue, help: .of(.expectJSON)) var expectJSON: [String] = []
  @Option(help: .of(.expectVersion)) var expectVersion: String?
  @Option(help: .of(.versionFrom)) var versionFrom: String?
}

/// The settings that name instances.
struct ProbeGroupFlags: SettingFlagGroup {
  @Option(help: .of(.instances)) var instances: String?
  @Option(help: .of(.instancesFile)) var instancesFile: String?
  @Option(help: .of(.dns)) var dns: String?
  @Option(help: .of(.srv)) var srv: String?
  @Option(help: .of(.exec)) var exec: String?
  @Option(help: .of(.asg)) var asg: String?
  @Option(help: .of(.elb)) var elb: String?
  @Option(help: .of(.targetGroup)) var targetGroup: String?
  @Option(help: .of(.terraform)) var terraform: String?
  @Option(help: .of(.terraformResource)) var terraformResource: String?
  @Option(help: .of(.importFrom)) var importFrom: String?
}
