package import GateCore
package import GateSettings
internal import GateText

/// Checks a guard and waits for the result.
package struct GuardSource: Sendable {
  private let spec: GuardSpec
  private let hostEnvironment: HostEnvironment
  private let timeout: Duration
  private let client: AWSClient
  private let secrets: SecretMask
  private let headers: [HTTPField]
  /// The tester of a guard that tests requests; nil for others.
  private let test: RequestTester?

  /// Creates a guard with its caller.
  ///
  /// `timeout` limits the whole query; AWS calls have their own limit. `test` is required for
  /// guards that test requests.
  package init(
    _ spec: GuardSpec, hostEnvironment: HostEnvironment, client: AWSClient, timeout: Duration,
    secrets: SecretMask, test: RequestTest? = nil
  ) {
    self.spec = spec
    self.secrets = secrets
    self.hostEnvironment = hostEnvironment
    self.client = client
    self.timeout = timeout
    self.test = test.map(RequestTester.init)
    headers = spec.headers.map { HTTPField($0.name, $0.text(in: hostEnvironment.variables)) }
  }

  package func ask() -> GuardAnswer {
    do throws(GuardFailure) {
      if let wanted = spec.measure.minRequests, let requests = spec.requests {
        let count: Double
        do throws(GuardFailure) {
          count = try self.count(requests)
        } catch {
          throw GuardFailure(
            words: "the requests cannot be counted: \(error.words)", cause: error.cause)
        }
        guard count >= Double(wanted) else {
          return .waits("\(Int64(min(max(count, 0), 1e15))) of \(wanted) requests", isEmpty: false)
        }
      }
      return try answer()
    } catch {
      return .unknown(error.words, error.cause)
    }
  }

  /// Counts requests; without any data there were none.
  private func count(_ requests: GuardSpec.Requests) throws(GuardFailure) -> Double {
    switch (requests, spec.question) {
    case (.prometheus(let query), .prometheus(let url, _, _)):
      let response = try get(PrometheusAnswer.url(url, query: query))
      return try PrometheusAnswer(response: response, secrets: secrets).count().value
    case (.json(let pointer), .json(let url, _, _)):
      return try NumberAnswer(response: get(url), pointer: pointer, secrets: secrets).count()
    case (.cloudWatchMetric(let metric), _):
      guard case .value(let value) = try asked(try client.value(of: metric)) else { return 0 }
      guard value.isCount else { throw GuardFailure(words: "\(value) is not a count") }
      return value
    case (.prometheus, _), (.json, _): preconditionFailure("it is asked where the guard is")
    }
  }

  private func answer() throws(GuardFailure) -> GuardAnswer {
    switch spec.question {
    case .prometheus(let url, let query, let comparison):
      let response = try get(PrometheusAnswer.url(url, query: query), or: Self.noPrometheus)
      return try PrometheusAnswer(response: response, secrets: secrets).judged(by: comparison)
    case .cloudWatchAlarm(let name): return try askAlarm(name)
    case .cloudWatchMetric(let metric, let comparison):
      return judge(try asked(try client.value(of: metric)), over: metric.period, by: comparison)
    case .cloudWatchMath(let math, let comparison):
      return judge(try asked(try client.value(of: math)), over: math.period, by: comparison)
    case .prometheusTest(let queries): return try ask(queries)
    case .json(let url, let pointer, let comparison):
      let response = try get(url, or: "the number cannot be fetched: ")
      return try NumberAnswer(response: response, pointer: pointer, secrets: secrets)
        .judged(by: comparison)
    case .http(let url): return try ask(url)
    case .exec(let command): return run(command)
    }
  }

  /// Checks that the guard can be queried: a resource that AWS knows by name must exist at the
  /// start.
  ///
  /// - Throws: `SourceError` if it cannot.
  package func tryOut() throws(SourceError) {
    switch spec.question {
    case .cloudWatchAlarm(let name): _ = try client.alarm(named: name)
    // A guard that has no data yet is no reason not to start.
    case .cloudWatchMetric(let metric, _): _ = try client.value(of: metric)
    case .cloudWatchMath(let math, _): _ = try client.value(of: math)
    case .prometheus, .prometheusTest, .json, .http, .exec: break
    }
  }

  private func ask(_ url: String) throws(GuardFailure) -> GuardAnswer {
    let response = try get(url)
    let words = "HTTP \(response.status)"
    return response.isSuccess
      ? .holds(words, status: response.status)
      : .fails("\(words), not 200 to 299", .statusMismatch, status: response.status)
  }

  private func judge(
    _ value: MetricValue, over period: Duration, by comparison: GuardSpec.Comparison
  ) -> GuardAnswer {
    let number: Double
    let words: String
    switch value {
    case .value(let value): (number, words) = (value, "\(value)")
    case .none(let requests): (number, words) = (0, "0.0 (of \(requests) requests)")
    case .absent:
      return .waits(
        "there is no data for a period of \(period.inWords) that ended at least two minutes ago",
        isEmpty: true)
    }
    guard comparison.holds(number) else {
      return .fails("\(words), not \(comparison.text)", .expectationFailed)
    }
    return .holds("\(words) \(comparison.text)")
  }

  private func ask(_ queries: RequestQueries) throws(GuardFailure) -> GuardAnswer {
    guard let test, let wanted = spec.measure.minRequests else {
      preconditionFailure("what tests requests has a test, and says how many it needs")
    }
    return try test.judge(queries, atLeast: wanted) { (query, time) throws(GuardFailure) in
      let url = PrometheusAnswer.url(queries.url, query: query, time: time)
      let response = try get(url, or: Self.noPrometheus)
      return try PrometheusAnswer(response: response, secrets: secrets).count()
    }
  }

  private static let noPrometheus = "Prometheus cannot be queried: "

  /// Sends a request; `problem` is what a failure's words begin with.
  private func get(
    _ url: String, or problem: String = ""
  ) throws(GuardFailure) -> HTTPResponse {
    var request = HTTPRequest(.get, url)
    request.timeout = timeout
    request.connectTimeout = min(request.connectTimeout, timeout)
    request.fields += headers
    do throws(HTTPFailure) {
      return try hostEnvironment.send(request)
    } catch {
      throw GuardFailure(words: problem + secrets.quoting(error.detail), cause: error.cause)
    }
  }

  private func asked<Value>(
    _ value: @autoclosure () throws(SourceError) -> Value
  ) throws(GuardFailure) -> Value {
    do throws(SourceError) {
      return try value()
    } catch {
      throw GuardFailure(words: error.message.cleaned(to: 300), cause: error.cause)
    }
  }

  private func askAlarm(_ name: String) throws(GuardFailure) -> GuardAnswer {
    let alarm = try asked(try client.alarm(named: name))
    let words = alarm.state + (alarm.reason.map { ": \(secrets.quoting($0))" } ?? "")
    return switch alarm.state {
    case "OK": .holds(words)
    case "ALARM": .fails(words, .expectationFailed)
    // `INSUFFICIENT_DATA`: the metric has no data yet, or not any more.
    default: .unknown(words)
    }
  }

  private func run(_ command: String) -> GuardAnswer {
    var child = ChildProcess(
      words: ["/bin/sh", "-c", command], variables: hostEnvironment.variables)
    child.timeout = timeout
    child.secrets.add(secrets)
    do throws(ChildProcess.Failure) {
      let line = child.secrets.quoting(try hostEnvironment.run(child))
      return .holds("it exited with status 0\(line.isEmpty ? "" : ": \(line)")")
    } catch {
      // A shell's own statuses: the command cannot be run, or does not exist.
      if case .failed(let status, _) = error, status != 126, status != 127 {
        return .fails("\(error)", .expectationFailed, status: status)
      }
      return .unknown("\(error)")
    }
  }
}
