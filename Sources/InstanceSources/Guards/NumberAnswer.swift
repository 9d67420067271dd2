internal import GateCore
internal import GateSettings
internal import GateText

/// A number in a JSON response of a web API.
struct NumberAnswer {
  let response: HTTPResponse
  let pointer: JSONPointer
  let secrets: SecretMask

  /// The value at the pointer; nil if there is none, or it is null.
  private func value() throws(GuardFailure) -> JSONValue? {
    guard response.isSuccess else {
      throw GuardFailure(words: "HTTP \(response.status), not 200 to 299, so there is no number")
    }
    do throws(JSONError) {
      let value = try JSONValue(parsing: response.body)[pointer]
      return value == .null ? nil : value
    } catch {
      throw GuardFailure(words: secrets.quoting(error.words(of: "the response")))
    }
  }

  /// The count at the pointer; 0 if there is nothing.
  ///
  /// - Throws: `GuardFailure`, also if the value is not a count: negative, infinite or not a number.
  func count() throws(GuardFailure) -> Double {
    guard let value = try value() else { return 0 }
    guard let number = value.asNumber, number.isCount else {
      let words = value.asNumber.map { "\($0)" } ?? "not a number"
      throw GuardFailure(words: "\(pointer) is \(words), so there is no count")
    }
    return number
  }

  /// Whether the number meets the comparison.
  ///
  /// An error status, a missing or null value, and a value that is not a number give no result. An
  /// API that has no requests yet must not promote, and is not a failure of the group.
  ///
  /// - Throws: `GuardFailure`
  func judged(by comparison: GuardSpec.Comparison) throws(GuardFailure) -> GuardAnswer {
    let place = pointer.description.isEmpty ? "the response" : pointer.description
    guard let value = try value() else {
      return .waits("there is no value at \(place): no data matches", isEmpty: true)
    }
    guard let number = value.asNumber, !number.isNaN else {
      throw GuardFailure(words: "\(place) is not a number")
    }
    return comparison.holds(number)
      ? .holds("\(number) \(comparison.text)")
      : .fails("\(number), not \(comparison.text)", .expectationFailed)
  }
}

extension JSONValue {
  /// A number, which some APIs, such as Prometheus, write as text; nil for anything else.
  fileprivate var asNumber: Double? {
    switch self {
    case .number(let value): value.double
    case .string(let text): Double(text)
    case .null, .bool, .array, .object: nil
    }
  }
}

extension Double {
  /// Whether it can be a count: finite and not negative.
  var isCount: Bool { isFinite && self >= 0 }
}
