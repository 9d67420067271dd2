internal import GateCore
internal import GateSettings
internal import GateText

/// A number in a JSON response of a web API.
struct NumberAnswer {
  let response: HTTPResponse
  let pointer: JSONPointer
  let secrets: SecretMask

  /// Why there is no document.
  struct NoDocument: Error {
    var words: String
  }

  func document() throws(NoDocument) -> JSONValue {
    guard response.isSuccess else {
      throw NoDocument(words: "HTTP \(response.status), not 200 to 299, so there is no number")
    }
    do throws(JSONError) {
      return try JSONValue(parsing: response.body)
    } catch {
      throw NoDocument(words: secrets.quoting(error.words(of: "the response")))
    }
  }

  /// The count at a pointer of the document; 0 if there is nothing.
  ///
  /// - Throws: `NoDocument`, also if the value is not a count: negative, infinite or not a number.
  func count(at pointer: JSONPointer) throws(NoDocument) -> Double {
    let number: Double?
    switch try document()[pointer] {
    case nil, .null: return 0
    case .number(let value): number = value.double
    case .string(let text): number = Double(text)
    case .bool, .array, .object: number = nil
    }
    guard let number, number.isCount else {
      let words = number.map { "\($0)" } ?? "not a number"
      throw NoDocument(words: "\(pointer) is \(words), so there is no count")
    }
    return number
  }

  /// Whether the number meets the comparison.
  ///
  /// An error status, a missing or null value, and a value that is not a number give no result. An
  /// API that has no requests yet must not promote, and is not a failure of the group.
  func judged(by comparison: GuardSpec.Comparison) -> GuardAnswer {
    let document: JSONValue
    do throws(NoDocument) {
      document = try self.document()
    } catch {
      return .unknown(error.words)
    }
    let place = pointer.description.isEmpty ? "the response" : pointer.description
    let number: Double?
    switch document[pointer] {
    case nil, .null:
      return .waits("there is no value at \(place): no data matches", isEmpty: true)
    case .number(let value): number = value.double
    // Some APIs, such as Prometheus, write numbers as text.
    case .string(let text): number = Double(text)
    case .bool, .array, .object: number = nil
    }
    guard let number, !number.isNaN else { return .unknown("\(place) is not a number") }
    return comparison.holds(number)
      ? .holds("\(number) \(comparison.text)")
      : .fails("\(number), not \(comparison.text)", .expectationFailed)
  }
}

extension Double {
  /// Whether it can be a count: finite and not negative.
  var isCount: Bool { isFinite && self >= 0 }
}
