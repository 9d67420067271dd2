internal import GateCore
internal import GateEngine
internal import GateReports
package import GateSettings

/// The files of the requested reports; like the verdict, each is written completely or not at all.
package struct ReportFiles {
  private(set) var files: [(request: ReportRequest, file: VerdictFile)] = []

  init() {}

  /// Opens the files before the first check, so that a folder that is not writable is detected
  /// then.
  ///
  /// - Throws: `CommandFailure` for one that cannot be written.
  package init(_ requests: [ReportRequest]) throws(CommandFailure) {
    for request in requests {
      do throws(SystemError) {
        files.append((request, try VerdictFile(request.path)))
      } catch {
        throw CommandFailure(
          error, writing: "the \(request.format.rawValue) report", to: request.path.quotedPath)
      }
    }
  }

  /// Reads the requests for reports; none may overwrite the journal.
  ///
  /// - Throws: `CommandFailure` for one that is invalid, or goes to the same file as another.
  package static func requests(
    _ texts: [String], beside journal: String
  ) throws(CommandFailure) -> [ReportRequest] {
    var requests: [ReportRequest] = []
    for text in texts {
      do throws(GrammarError) {
        requests.append(try ReportRequest(parsing: text))
      } catch {
        throw CommandFailure(.usage, "\(SettingKey.report.flag): \(error.description)")
      }
    }
    try OutputPlaces.refuseShared(
      requests.map { RunPlaces.Named(what: "the \($0.format.rawValue) report", path: $0.path) },
      with: [RunPlaces.Named(what: "the journal", path: journal)])
    return requests
  }

  /// The observer that keeps the timeline for the reports; nil if none of them shows it.
  func watch(from timeline: Timeline) -> TimelineWatch? {
    files.contains { $0.request.format.needsTimeline } ? TimelineWatch(timeline) : nil
  }
}

/// Keeps the timeline of a run as it happens.
final class TimelineWatch: GateObserver {
  private(set) var timeline: Timeline

  init(_ timeline: Timeline) {
    self.timeline = timeline
  }

  func observe(
    _ event: GateEvent, _ effects: ArraySlice<GateEffect>, at instant: GateInstant, in gate: Gate
  ) {
    timeline.observe(event, at: instant, in: gate)
  }

  func turnEnded(at instant: GateInstant, in gate: Gate) -> GateInstant? { nil }
}
