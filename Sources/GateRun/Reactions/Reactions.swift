internal import CSystem
internal import Dispatch
internal import GateCore
internal import GateEngine
internal import GateRecords
internal import GateSettings
internal import GateText
internal import InstanceSources

/// Everything that a run triggers beside its verdict: events, CI reports, notifications.
struct Reactions {
  private let ci: CIReporter?
  private let notifications: Notifications
  private let poster: EventPoster?
  let stream: EventStream?
  /// What prints events on standard output, if they are to go there.
  let printer: EventPrinter?

  /// Before the first check.
  init(_ settings: Settings) {
    let variables = SettingsLoader.environment
    let machine = HostEnvironment.machine(variables: variables)
    ci = CIReporter(
      settings.reactions.ci, directory: settings.reactions.ciDirectory,
      showsProgress: settings.output.progress != .none, variables: variables)
    notifications = Notifications(settings, machine: machine)
    switch settings.reactions.events {
    case .url(let webhook)?:
      let poster = EventPoster(webhook, secrets: settings.secrets, machine: machine)
      (self.poster, printer) = (poster, nil)
      stream = EventStream(poster)
    case .standardOutput?:
      let printer = EventPrinter()
      (poster, self.printer) = (nil, printer)
      stream = EventStream(printer)
    case nil: (poster, printer, stream) = (nil, nil, nil)
    }
  }

  /// Who wants to be told what the gate sees.
  ///
  /// The lines of a journal that is signed are the journal's own: its signatures are among them.
  func observers(beside journal: JournalFile?) -> [any GateObserver] {
    guard let stream else { return [] }
    guard let journal, journal.signingKey != nil else { return [stream] }
    stream.followsJournal = true
    journal.copies = stream
    return []
  }

  func checksBegin(_ header: RunHeader, resuming run: ResumedRun?) {
    ci?.checksBegin()
    poster?.start()
    if let run { stream?.start(after: run.lines, header) } else { stream?.start(header) }
  }

  func checksEnded() {
    ci?.checksEnded()
  }

  /// Tells the CI system; that somebody would not wait for it is told by the document, and nothing else is changed.
  func report(_ document: inout VerdictDocument, verdictFile: String?) {
    ci?.report(&document, verdictFile: verdictFile)
  }

  /// After the verdict was delivered: nothing that happens here changes it.
  ///
  /// Bounded in time, and cut short by an interruption.
  func finish(_ document: VerdictDocument, as bytes: () -> [UInt8]) {
    poster?.close()
    notifications.post(document, as: bytes)
    // A try that is under way at the bound ends soon after it. Who has interrupted the run waits no longer than a moment.
    let signals = Interruptions.count
    let patience = signals > 0 ? Duration.milliseconds(400) : Notifications.bound + .seconds(1)
    let end = hg_monotonic_us() + patience.inMicroseconds
    while !areFinished, hg_monotonic_us() < end, Interruptions.count == signals {}
    notifications.giveUp()
    if let losses = poster?.losses {
      Output.complain("healthgate: warning: \(losses.printable)")
    }
  }

  private static let turn = DispatchTimeInterval.milliseconds(50)

  private var areFinished: Bool {
    let isPosted = poster?.isFinished(within: Self.turn) ?? true
    return notifications.areFinished(within: Self.turn) && isPosted
  }
}
