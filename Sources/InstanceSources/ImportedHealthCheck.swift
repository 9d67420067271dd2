/// A load balancer's health check as settings, with the names and values of a settings file.
package struct ImportedHealthCheck: Hashable, Sendable {
  /// The settings in the order in which they are shown.
  package var settings: [Setting]
  /// The target group's port, which is the `traffic-port` of most of its targets; nil if it has
  /// none.
  package var trafficPort: Int?
  /// What could not be imported, one sentence each.
  package var warnings: [String] = []

  package struct Setting: Hashable, Sendable {
    /// The name in a settings file, such as `healthy_threshold`.
    package var name: String
    package var value: String

    init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }
}
