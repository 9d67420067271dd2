internal import GateCore
internal import GateEngine
internal import GateReports
package import GateSettings

/// The files of the reports that were asked for: each whole or not at all, as the verdict's.
package struct ReportFiles {
  private(set) var files: [(request: ReportRequest, file: VerdictFile)] = []

  init() {}

  /// Opens them before the first check: a folder that cannot be written to is known then.
  ///
  /// - Throws: `CommandFailure` for one that cannot be written.
  package init(_ requests: [ReportRequest]) throws(CommandFailure) {
    for request in requests {
      do throws(SystemError) {
        files.append((request, try VerdictFile(request.path)))
      } catch {
        throw CommandFailure(
          .notWritten,
          "the \(request.format.rawValue) report cannot be written to '\(request.path)': "
            + error.words)
      }
    }
  }

  /// The reports that are asked for beside a journal, over which none may be written.
  ///
  /// - Throws: `CommandFailure` for one that cannot be read, or that goes where another does.
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

  /// What must watch the run for them, from its course so far on; nil when none of them shows it.
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
