internal import CSystem
internal import Dispatch
internal import GateCore
internal import GateEngine
internal import GateRecords
internal import GateSettings
internal import GateText
internal import InstanceSources

/// Everything that a run triggers besides its verdict: events, CI reports, notifications.
struct Reactions {
  /// Reports to the CI system; nil if there is none.
  let ci: CIReporter?
  private let notifications: Notifications
  private let poster: EventPoster?
  let stream: EventStream?
  /// Prints events on standard output; nil if they do not go there.
  let printer: EventPrinter?

  /// Prepares the reactions, before the first check.
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

  /// The observers that must see the run's events.
  ///
  /// If the journal is signed, its own lines are used, because they include the signatures.
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

  /// Completes the reactions after the verdict was delivered; nothing here changes the verdict.
  ///
  /// The time is limited, and a signal shortens it.
  func finish(_ document: VerdictDocument, as bytes: () -> [UInt8]) {
    poster?.close()
    notifications.post(document, as: bytes)
    // An attempt that is running at the limit ends soon after it. After a signal, the wait is
    // short.
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
