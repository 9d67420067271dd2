import CResolver
import GateCore
import Synchronization

@testable import CurlHTTP
@testable import GateInsight
@testable import GateSettings
@testable import GateText
@testable import InstanceSources

extension FuzzedReader {
  /// What instances, name servers and AWS answer.
  static let network: [FuzzedReader] =
    [
      FuzzedReader("XML", share: 6, samples: xml("elb-load-balancers", "autoscaling-groups")) {
        (try? XMLElement(parsing: $0)) != nil
      },
      FuzzedReader(
        "AWS's error", share: 6,
        samples: texts(
          "<ErrorResponse><Error><Code>Throttling</Code><Message>no</Message></Error>"
            + "</ErrorResponse>",
          "<Response><Errors><Error><Code>AuthFailure</Code></Error></Errors></Response>")
      ) { bytes in
        let failure = SourceError(
          HTTPResponse(status: 400, body: bytes), to: QueryCall(.sts, "GetCallerIdentity"),
          from: "here", without: [])
        return !failure.message.isEmpty
      },
      aws("Auto Scaling group", "autoscaling-groups") { client throws(SourceError) in
        _ = try client.describeAutoScalingGroup("web-green", budget: client.budget())
      },
      aws("instances of EC2", "ec2-instances") { client throws(SourceError) in
        _ = try client.describeInstances(["i-1"], budget: client.budget())
      },
      aws("Classic Load Balancer", "elb-load-balancers") { client throws(SourceError) in
        _ = try client.describeClassicLoadBalancer("web", budget: client.budget())
      },
      aws("instance health", "elb-instance-health") { client throws(SourceError) in
        _ = try client.describeInstanceHealth("web", budget: client.budget())
      },
      aws("target group", "elbv2-target-groups") { client throws(SourceError) in
        _ = try client.describeTargetGroup("web", budget: client.budget())
      },
      aws("target health", "elbv2-target-health") { client throws(SourceError) in
        _ = try client.describeTargetHealth(arn: "arn:a", budget: client.budget())
      },
      FuzzedReader(
        "Prometheus's answer", share: 8,
        samples: texts(
          #"{"status":"success","data":{"resultType":"vector","result":[{"metric":{"a":"b"},"#
            + #""value":[1435781451.781,"0.5"]},{"metric":{},"value":[1,"NaN"]}]}}"#,
          #"{"status":"success","data":{"resultType":"scalar","result":[1,"+Inf"]}}"#)
      ) { bytes in
        let comparison = GuardSpec.Comparison(relation: .below, number: 1, text: "< 1")
        let answer = try? PrometheusAnswer(
          response: HTTPResponse(status: 200, body: bytes), secrets: []
        )
        .judged(by: comparison)
        return answer != nil || bytes.contains { $0 == UInt8(ascii: "N") }
      },
      FuzzedReader("SRV answer", share: 16, samples: { [srvAnswer] }) { bytes in
        var records = [hg_srv_record](repeating: hg_srv_record(), count: 8)
        var count = 0
        let ending = hg_srv_read(bytes, CInt(bytes.count), &records, records.count, &count)
        return ending == HG_SRV_FOUND
      },
      FuzzedReader(
        "gRPC frame", share: 16, samples: { [[0, 0, 0, 0, 2, 8, 1], [0, 0, 0, 0, 0]] }
      ) {
        bytes in
        let fields = [
          Answer.Field("grpc-status", String(decoding: bytes.prefix(4), as: UTF8.self)),
          Answer.Field("grpc-message", String(decoding: bytes, as: UTF8.self)),
        ]
        let answer = Answer(status: 200, fields: fields, body: bytes, isBodyWhole: true)
        return GRPCAnswer(answer, trailers: fields).serving.isMessage
      },
      FuzzedReader(
        "answer to a check", share: 4,
        samples: texts(#"{"status": "ok", "build": {"version": "v42", "n": [1, 2.5, null, true]}}"#)
      ) { bytes in
        let expectations = Expectations(
          body: "ok|v[0-9]+", headers: [Answer.Field("X-App", "web")],
          json: [try JSONExpectation(parsing: "/status=ok")],
          version: VersionExpectation(
            version: "v42", source: .json(try JSONPointer(parsing: "/build/version"))))
        let fields = [Answer.Field("x-app", "web")]
        let answer = Answer(status: 200, fields: fields, body: bytes, isBodyWhole: true)
        return try ExpectationJudge(expectations).judge(answer).version != nil
      },
      FuzzedReader(
        "answer to lint", share: 8,
        samples: texts(#"{"status": "ok", "checks": [{"db": true, "n": -1.5e3}, null]}"#)
      ) { JSONLeaves($0) != nil },
    ]

  private static func xml(_ names: String...) -> @Sendable () throws -> [[UInt8]] {
    { try names.map { try file("InstanceSourcesTests/Fixtures/\($0).xml") } }
  }

  /// An answer of AWS through the whole client, to where it is understood.
  private static func aws(
    _ name: String, _ fixture: String,
    _ ask: @escaping @Sendable (AWSClient) throws(SourceError) -> Void
  ) -> FuzzedReader {
    FuzzedReader(name, share: 2, samples: xml(fixture)) { bytes in
      do throws(SourceError) {
        try ask(AWSClient(AWSSession(.answering(bytes))))
        return true
      } catch {
        // It was understood, and is of another group.
        if case .notFound = error { return true }
        return false
      }
    }
  }

  /// Of `_web._tcp.x`: an alias's room left out, one record that points at `a.x`, port 8080.
  private static let srvAnswer: [UInt8] =
    [0, 1, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0]
    + [4] + Array("_web".utf8) + [4] + Array("_tcp".utf8) + [1] + Array("x".utf8) + [
      0, 0, 33, 0, 1,
    ]
    + [0xC0, 12, 0, 33, 0, 1, 0, 0, 0, 60, 0, 10, 0, 0, 0, 0, 0x1F, 0x90, 1] + Array("a".utf8)
    + [0xC0, 22]
}

extension HostEnvironment {
  /// A machine on which every question gets one answer, and each takes a second.
  fileprivate static func answering(_ body: [UInt8]) -> HostEnvironment {
    let clock = Clock()
    return HostEnvironment(
      variables: [
        "AWS_ACCESS_KEY_ID": "AKIDTEST", "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_REGION": "eu-west-1",
      ],
      wallClock: { 0 }, monotonicClock: { clock.tick() }, pause: { _ in }, jitter: { 0 },
      send: { _ in HTTPResponse(status: 200, body: body) }, read: { _ in nil },
      run: { _ in [] })
  }

  private final class Clock: Sendable {
    private let seconds = Mutex(0)

    func tick() -> Duration {
      seconds.withLock { seconds in
        seconds += 1
        return .seconds(seconds)
      }
    }
  }
}
