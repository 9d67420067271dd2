internal import GateCore
internal import GateSettings
internal import GateText

/// A number in a JSON document of a web API.
struct NumberAnswer {
  let response: HTTPResponse
  let pointer: JSONPointer
  let secrets: SecretMask

  /// Whether the number compares as wanted.
  ///
  /// A status that is no success, nothing or null there, and what is no number say neither: an API
  /// that knows of no requests yet must not promote, and is no failure of the group.
  func judged(by comparison: GuardSpec.Comparison) -> GuardAnswer {
    guard response.isSuccess else {
      return .unknown("HTTP \(response.status), not 200 to 299, so there is no number")
    }
    let document: JSONValue
    do throws(JSONError) {
      document = try JSONValue(parsing: response.body)
    } catch {
      return .unknown(secrets.quoting(error.words(of: "the answer")))
    }
    let place = pointer.description.isEmpty ? "the answer" : pointer.description
    let number: Double?
    switch document[pointer] {
    case nil, .null: return .unknown("there is nothing at \(place): there is no such data")
    case .number(let value): number = value.double
    // Some write numbers as text, Prometheus among them.
    case .string(let text): number = Double(text)
    case .bool, .array, .object: number = nil
    }
    guard let number, !number.isNaN else { return .unknown("\(place) is no number") }
    return comparison.holds(number)
      ? .holds("\(number) \(comparison.text)")
      : .fails("\(number), not \(comparison.text)", .expectationFailed)
  }
}
