internal import CCurlShims
internal import Dispatch
internal import GateCore
internal import GateEngine
internal import InstanceSources
internal import Synchronization

/// Reads the group and the load balancer's view again and again, on a thread of its own.
///
/// A slow API delays no check: what comes is put where the loop finds it, and wakes it.
final class GroupPoller: MembershipFeed, Sendable {
  /// Readable when there are updates.
  let event = hg_event_descriptor()
  private let reader: GroupReader
  private let follows: Bool
  private let refresh: Duration
  private let queue = DispatchQueue(label: "healthgate.group")
  private let updates = Mutex<[FeedUpdate]>([])
  /// Those that the view is asked for.
  private let members: Mutex<[Instance]>

  /// `follows` is whether the source can name others later; a fixed list may still have a view.
  init(_ reader: GroupReader, members: [Instance], follows: Bool, every refresh: Duration) {
    self.reader = reader
    self.members = Mutex(members)
    self.follows = follows
    self.refresh = refresh
  }

  func start() {
    if reader.readsView { queue.async { self.readView() } }
    scheduleNext()
  }

  func takeUpdates() -> [FeedUpdate] {
    updates.withLock { updates in
      defer { updates = [] }
      return updates
    }
  }

  private func scheduleNext() {
    let wait = DispatchTimeInterval.microseconds(Int(clamping: refresh.inMicroseconds))
    queue.asyncAfter(deadline: .now() + wait) {
      if self.follows { self.readGroup() }
      if self.reader.readsView { self.readView() }
      self.scheduleNext()
    }
  }

  private func readGroup() {
    do throws(SourceError) {
      let listing = try reader.list()
      members.withLock { $0 = listing.instances }
      post(.listed(listing))
    } catch {
      post(.sourceFailed(GateFault(detail: error.message)))
    }
  }

  private func readView() {
    do throws(SourceError) {
      post(.viewed(try reader.views(of: members.withLock { $0 })))
    } catch {
      post(.viewFailed(GateFault(detail: error.message)))
    }
  }

  private func post(_ update: FeedUpdate) {
    updates.withLock { $0.append(update) }
    hg_event_set(event)
  }
}
