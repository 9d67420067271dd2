internal import CCurlShims
internal import Dispatch
internal import GateCore
internal import GateEngine
internal import GateFormats
internal import InstanceSources

/// What a run sets off beside its verdict, from the first event to the end of the process.
struct Reactions {
  private let ci: CIReporter?
  private let notifications: Notifications
  private let poster: EventPoster?
  private let stream: EventStream?
  /// What prints events on standard output, if they are to go there.
  let printer: EventPrinter?
  private let signals: Int32

  /// Before the first check; `signals` is where interruptions are read from.
  init(_ settings: Settings, signals: Int32) {
    let variables = SettingsLoader.environment
    let machine = Surroundings.machine(variables: variables)
    self.signals = signals
    ci = CIReporter(settings, variables: variables)
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
    poster?.close()
  }

  /// After the verdict was delivered: nothing that happens here changes it.
  ///
  /// Bounded in time, and cut short by an interruption.
  func finish(_ document: VerdictDocument, as bytes: () -> [UInt8], verdictFile: String?) {
    ci?.report(document, verdictFile: verdictFile)
    notifications.post(document, as: bytes)
    // A try that is under way at the bound ends soon after it.
    let end = hg_monotonic_us() + (Notifications.bound + .seconds(1)).inMicroseconds
    while !areFinished, hg_monotonic_us() < end, hg_next_signal(signals) == 0 {}
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
