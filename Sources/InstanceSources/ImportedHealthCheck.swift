/// A load balancer's health check as settings: names and values in the form of a settings file.
package struct ImportedHealthCheck: Hashable, Sendable {
  /// In the order in which they are shown.
  package var settings: [Setting]
  /// The port that the target group itself has: what `traffic-port` is for most of its targets.
  package var trafficPort: Int?
  /// What could not be taken over, a sentence each.
  package var warnings: [String] = []

  package struct Setting: Hashable, Sendable {
    /// As in a file: `healthy_threshold`.
    package var name: String
    package var value: String

    package init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  package init(settings: [Setting], trafficPort: Int? = nil) {
    self.settings = settings
    self.trafficPort = trafficPort
  }
}
