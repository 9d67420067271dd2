/// The members of a JSON object, in their order; their names are unique.
package struct JSONObject: Sendable {
  private var members: [(name: JSONName, value: JSONValue)] = []
  /// The indexes of the names, for larger objects only.
  private var places: [JSONName: Int] = [:]

  /// The number of members from which an index is faster than a search.
  private static let fewest = 16

  /// Adds a member; returns false if there is one of that name already.
  package mutating func add(_ name: JSONName, _ value: JSONValue) -> Bool {
    guard place(of: name) == nil else { return false }
    if members.count == Self.fewest {
      for (place, member) in members.enumerated() { places[member.name] = place }
    }
    if members.count >= Self.fewest { places[name] = members.count }
    members.append((name, value))
    return true
  }

  package subscript(name: JSONName) -> JSONValue? {
    get { place(of: name).map { members[$0].value } }
    set {
      switch (place(of: name), newValue) {
      case (let place?, let value?): members[place].value = value
      case (nil, let value?): _ = add(name, value)
      case (_, nil): self = JSONObject(filter { $0.name != name })
      }
    }
  }

  private func place(of name: JSONName) -> Int? {
    members.count > Self.fewest ? places[name] : members.firstIndex { $0.name == name }
  }
}

extension JSONObject: RandomAccessCollection {
  package var startIndex: Int { members.startIndex }
  package var endIndex: Int { members.endIndex }
  package subscript(place: Int) -> (name: JSONName, value: JSONValue) { members[place] }

  /// Creates an object; of several members with one name, the first is kept.
  private init(_ members: [(name: JSONName, value: JSONValue)]) {
    for (name, value) in members { _ = add(name, value) }
  }
}

extension JSONObject: Hashable {
  /// Compares objects regardless of order, which has no meaning in JSON.
  package static func == (one: JSONObject, other: JSONObject) -> Bool {
    one.count == other.count && one.allSatisfy { other[$0.name] == $0.value }
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(count)
    for name in map(\.name).sorted() { hasher.combine(name) }
  }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
  package init(dictionaryLiteral members: (JSONName, JSONValue)...) {
    self.init(members.map { (name: $0.0, value: $0.1) })
  }
}
