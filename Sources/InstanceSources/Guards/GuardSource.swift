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
    if let wanted = spec.measure.minRequests, let requests = spec.requests {
      switch count(requests) {
      case .success(let count) where count < Double(wanted):
        return .waits("\(Int64(min(max(count, 0), 1e15))) of \(wanted) requests", isEmpty: false)
      case .success: break
      case .failure(let why):
        return .unknown("the requests cannot be counted: \(why.words)", why.cause)
      }
    }
    return answer()
  }

  /// Why requests could not be counted.
  private struct NoCount: Error {
    var words: String
    var cause: GateFault.Cause?
  }

  /// Counts requests; without any data there were none.
  private func count(_ requests: GuardSpec.Requests) -> Result<Double, NoCount> {
    do {
      switch (requests, spec.question) {
      case (.prometheus(let query), .prometheus(let url, _, _)):
        let response = try get(PrometheusAnswer.url(url, query: query))
        return try .success(PrometheusAnswer(response, secrets: secrets).count().value)
      case (.json(let pointer), .json(let url, _, _)):
        let answer = NumberAnswer(response: try get(url), pointer: pointer, secrets: secrets)
        return .success(try answer.count(at: pointer))
      case (.cloudWatchMetric(let metric), _):
        guard case .value(let value) = try client.value(of: metric) else { return .success(0) }
        guard value.isCount else { return .failure(NoCount(words: "\(value) is not a count")) }
        return .success(value)
      case (.prometheus, _), (.json, _): preconditionFailure("it is asked where the guard is")
      }
    } catch let failure as HTTPFailure {
      return .failure(NoCount(words: secrets.quoting(failure.detail), cause: failure.cause))
    } catch let none as PrometheusAnswer.NoNumbers {
      return .failure(NoCount(words: none.words))
    } catch let none as NumberAnswer.NoDocument {
      return .failure(NoCount(words: none.words))
    } catch {
      return .failure(
        NoCount(
          words: (error as? SourceError)?.message.cleaned(to: 300) ?? "\(error)",
          cause: (error as? SourceError)?.cause))
    }
  }

  private func answer() -> GuardAnswer {
    switch spec.question {
    case .prometheus(let url, let query, let comparison): ask(url, query, comparison)
    case .cloudWatchAlarm(let name): askAlarm(name)
    case .cloudWatchMetric(let metric, let comparison):
      judge(metric.period, by: comparison) { () throws(SourceError) in
        try client.value(of: metric)
      }
    case .cloudWatchMath(let math, let comparison):
      judge(math.period, by: comparison) { () throws(SourceError) in
        try client.value(of: math)
      }
    case .prometheusTest(let queries): ask(queries)
    case .json(let url, let pointer, let comparison): ask(url, pointer, comparison)
    case .http(let url): ask(url)
    case .exec(let command): run(command)
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

  private func ask(_ url: String) -> GuardAnswer {
    do throws(HTTPFailure) {
      let response = try get(url)
      let words = "HTTP \(response.status)"
      return response.isSuccess
        ? .holds(words, status: response.status)
        : .fails("\(words), not 200 to 299", .statusMismatch, status: response.status)
    } catch {
      return .unknown(secrets.quoting(error.detail), error.cause)
    }
  }

  private func ask(
    _ url: String, _ query: String, _ comparison: GuardSpec.Comparison
  ) -> GuardAnswer {
    do throws(HTTPFailure) {
      let response = try get(PrometheusAnswer.url(url, query: query))
      return PrometheusAnswer(response, secrets: secrets).judged(by: comparison)
    } catch {
      return .unknown(
        "Prometheus cannot be queried: \(secrets.quoting(error.detail))", error.cause)
    }
  }

  private func ask(
    _ url: String, _ pointer: JSONPointer, _ comparison: GuardSpec.Comparison
  ) -> GuardAnswer {
    do throws(HTTPFailure) {
      return NumberAnswer(response: try get(url), pointer: pointer, secrets: secrets)
        .judged(by: comparison)
    } catch {
      return .unknown(
        "the number cannot be fetched: \(secrets.quoting(error.detail))", error.cause)
    }
  }

  private func judge(
    _ period: Duration, by comparison: GuardSpec.Comparison,
    _ value: () throws(SourceError) -> MetricValue
  ) -> GuardAnswer {
    do throws(SourceError) {
      let number: Double
      let words: String
      switch try value() {
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
    } catch {
      return .unknown(error.message.cleaned(to: 300), error.cause)
    }
  }

  private func ask(_ queries: RequestQueries) -> GuardAnswer {
    guard let test, let wanted = spec.measure.minRequests else {
      preconditionFailure("what tests requests has a test, and says how many it needs")
    }
    do {
      return try test.judge(queries, atLeast: wanted) { query, time in
        let response = try get(PrometheusAnswer.url(queries.url, query: query, time: time))
        return try PrometheusAnswer(response, secrets: secrets).count()
      }
    } catch let none as PrometheusAnswer.NoNumbers {
      return .unknown(none.words)
    } catch {
      let failure = error as? HTTPFailure
      return .unknown(
        "Prometheus cannot be queried: \(secrets.quoting(failure?.detail ?? "\(error)"))",
        failure?.cause)
    }
  }

  private func get(_ url: String) throws(HTTPFailure) -> HTTPResponse {
    var request = HTTPRequest(.get, url)
    request.timeout = timeout
    request.connectTimeout = min(request.connectTimeout, timeout)
    request.fields += headers
    return try hostEnvironment.send(request)
  }

  private func askAlarm(_ name: String) -> GuardAnswer {
    do throws(SourceError) {
      let alarm = try client.alarm(named: name)
      let words = alarm.state + (alarm.reason.map { ": \(secrets.quoting($0))" } ?? "")
      return switch alarm.state {
      case "OK": .holds(words)
      case "ALARM": .fails(words, .expectationFailed)
      // `INSUFFICIENT_DATA`: the metric has no data yet, or not any more.
      default: .unknown(words)
      }
    } catch {
      return .unknown(error.message.cleaned(to: 300), error.cause)
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
