internal import Glibc
internal import NIOCore

extension Channel {
  /// Closes with a reset (RST): what was sent and is not yet read is lost, too.
  func reset() {
    _ = (self as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
    close(promise: nil)
  }
}
