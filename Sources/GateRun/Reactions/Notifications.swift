internal import Dispatch
internal import GateCore
internal import GateRecords
internal import GateReports
internal import GateSettings
internal import GateText
internal import InstanceSources
internal import Synchronization

/// Posts the verdict to all `notify` URLs at the same time, each on its own thread.
final class Notifications: Sendable {
  private let webhooks: [Webhook]
  private let secrets: SecretMask
  private let machine: HostEnvironment
  private let ended = DispatchSemaphore(value: 0)
  /// The indexes of the notifications that are still being posted.
  private let underWay: Mutex<Set<Int>>

  /// The time limit of all attempts of one notification together.
  static let bound = Duration.seconds(10)

  init(_ settings: Settings, machine: HostEnvironment) {
    webhooks = settings.reactions.notify
    secrets = settings.secrets
    self.machine = machine
    underWay = Mutex([])
  }

  /// Posts the verdict; `bytes` makes the document, and is called only if there is something to
  /// post.
  func post(_ document: VerdictDocument, as bytes: () -> [UInt8]) {
    guard !webhooks.isEmpty else { return }
    let verdict = String(decoding: bytes(), as: UTF8.self)
    let message = String(decoding: SlackMessage(document).json, as: UTF8.self)
    underWay.withLock { $0 = Set(webhooks.indices) }
    for (index, webhook) in webhooks.enumerated() {
      var post = RetriedPost(
        webhook.form == .slack ? message : verdict, contentType: "application/json",
        to: webhook.url, bound: Self.bound, secrets: secrets)
      // A second attempt may follow one that was delivered.
      post.fields = [HTTPField("Idempotency-Key", document.header.runID)]
      do throws(BackgroundThread.Failure) {
        try BackgroundThread.start { [post] in self.send(post, to: webhook, index) }
      } catch {
        warn(webhook, "\(error)")
        end(index)
      }
    }
  }

  private func send(_ post: RetriedPost, to webhook: Webhook, _ index: Int) {
    do throws(PostFailure) {
      try post.send(by: machine)
    } catch {
      warn(webhook, error.detail)
    }
    end(index)
  }

  private func end(_ index: Int) {
    _ = underWay.withLock { $0.remove(index) }
    ended.signal()
  }

  func areFinished(within time: DispatchTimeInterval) -> Bool {
    let end = DispatchTime.now() + time
    while !underWay.withLock({ $0.isEmpty }) {
      guard ended.wait(timeout: end) == .success else { return false }
    }
    return true
  }

  /// Warns of the notifications that were abandoned.
  func giveUp() {
    for index in underWay.withLock({ $0.sorted() }) {
      warn(webhooks[index], "there was no time left for it")
    }
  }

  private func warn(_ webhook: Webhook, _ detail: String) {
    Output.complain(
      "healthgate: warning: the notification to \(webhook.shown) failed: \(detail.printable)")
  }
}
