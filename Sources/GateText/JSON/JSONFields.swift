/// Reads the members of an object by name, each as an expected type.
package struct JSONFields: Sendable {
  private let members: JSONObject
  /// The object's path in its document, such as `policy` or `values.resources[3]`; empty for the
  /// root.
  private let place: String

  /// - Throws: `JSONFieldError` if the value is not an object.
  package init(_ value: JSONValue, at place: String = "") throws(JSONFieldError) {
    guard case .object(let members) = value else { throw JSONFieldError(.wrongType, at: place) }
    self.members = members
    self.place = place
  }

  /// Reads a required field.
  ///
  /// - Throws: `JSONFieldError` if it is missing or has another type.
  package func want<Value: JSONReadable>(_ name: JSONName) throws(JSONFieldError) -> Value {
    guard let value = members[name] else { throw JSONFieldError(.missing, at: inner(name)) }
    if case .null = value { throw JSONFieldError(.null, at: inner(name)) }
    return try Value(json: value, at: inner(name))
  }

  /// Reads an optional field; nil if it is absent or null.
  ///
  /// - Throws: `JSONFieldError` if it has another type.
  package func find<Value: JSONReadable>(_ name: JSONName) throws(JSONFieldError) -> Value? {
    switch members[name] {
    case nil, .null: nil
    case let value?: try Value(json: value, at: inner(name))
    }
  }

  private func inner(_ name: JSONName) -> String {
    place.isEmpty ? name.text : "\(place).\(name.text)"
  }
}

/// An error in a field: what is wrong, and the field's path.
package struct JSONFieldError: Error, Hashable, Sendable {
  package var problem: Problem
  package var place: String

  package enum Problem: Hashable, Sendable {
    case missing
    case null
    case wrongType
  }

  package init(_ problem: Problem, at place: String) {
    self.problem = problem
    self.place = place
  }

  package var words: String {
    let subject = place.isEmpty ? "it" : place
    return switch problem {
    case .missing: "\(subject) is missing"
    case .null: "\(subject) is null"
    case .wrongType: "\(subject) is of the wrong type"
    }
  }
}

/// A type that can be read from a JSON value.
package protocol JSONReadable {
  init(json value: JSONValue, at place: String) throws(JSONFieldError)
}

/// A type that is read from a JSON object, field by field.
package protocol JSONObjectReadable: JSONReadable {
  init(_ fields: JSONFields) throws(JSONFieldError)
}

extension JSONObjectReadable {
  package init(json value: JSONValue, at place: String) throws(JSONFieldError) {
    try self.init(JSONFields(value, at: place))
  }
}

extension JSONValue: JSONReadable {
  package init(json value: JSONValue, at place: String) { self = value }
}

extension JSONFields: JSONReadable {
  package init(json value: JSONValue, at place: String) throws(JSONFieldError) {
    try self.init(value, at: place)
  }
}

extension String: JSONReadable {
  package init(json value: JSONValue, at place: String) throws(JSONFieldError) {
    guard case .string(let text) = value else { throw JSONFieldError(.wrongType, at: place) }
    self = text
  }
}

extension JSONReadable where Self: RawRepresentable<String> {
  package init(json value: JSONValue, at place: String) throws(JSONFieldError) {
    guard let known = Self(rawValue: try String(json: value, at: place)) else {
      throw JSONFieldError(.wrongType, at: place)
    }
    self = known
  }
}

extension Bool: JSONReadable {
  package init(json value: JSONValue, at place: String) throws(JSONFieldError) {
    guard case .bool(let truth) = value else { throw JSONFieldError(.wrongType, at: place) }
    self = truth
  }
}

extension Int: JSONReadable {
  package init(json value: JSONValue, at place: String) throws(JSONFieldError) {
    guard let number = value.integer.flatMap({ Int(exactly: $0) }) else {
      throw JSONFieldError(.wrongType, at: place)
    }
    self = number
  }
}

extension Double: JSONReadable {
  package init(json value: JSONValue, at place: String) throws(JSONFieldError) {
    guard case .number(let number) = value else { throw JSONFieldError(.wrongType, at: place) }
    self = number.double
  }
}

extension Array: JSONReadable where Element: JSONReadable {
  package init(json value: JSONValue, at place: String) throws(JSONFieldError) {
    guard case .array(let elements) = value else { throw JSONFieldError(.wrongType, at: place) }
    self = []
    reserveCapacity(elements.count)
    for (index, element) in elements.enumerated() {
      append(try Element(json: element, at: "\(place)[\(index)]"))
    }
  }
}

extension Dictionary: JSONReadable where Key == String, Value: JSONReadable {
  package init(json value: JSONValue, at place: String) throws(JSONFieldError) {
    guard case .object(let members) = value else { throw JSONFieldError(.wrongType, at: place) }
    self = [:]
    for (name, member) in members {
      self[name.text] = try Value(json: member, at: "\(place).\(name.text)")
    }
  }
}
