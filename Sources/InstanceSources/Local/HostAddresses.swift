internal import LibC

/// The addresses of a host name.
enum HostAddresses {
  /// No server responded; with the system's error text.
  struct NoAnswer: Error, Hashable {
    var words: String
  }

  /// Looks a name up by the system's configuration: `/etc/hosts`, then the name servers.
  ///
  /// It waits as long as `/etc/resolv.conf` and `RES_OPTIONS` allow.
  ///
  /// - Returns: The addresses without duplicates, IPv4 before IPv6, each in numeric order; none if
  ///   the name does not exist.
  static func find(_ name: String) throws(NoAnswer) -> [String] {
    var hints = addrinfo()
    hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
    var first: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(name, nil, &hints, &first)
    let systemError = errno
    defer { if let first { freeaddrinfo(first) } }
    if code != 0, let failure = failure(code, systemError: systemError) { throw failure }
    var found: Set<Address> = []
    var next = first
    while let entry = next {
      if let address = Address(entry.pointee) { found.insert(address) }
      next = entry.pointee.ai_next
    }
    return found.sorted().map(\.text)
  }

  /// Why there is no answer; nil if the name does not exist, or has no address.
  static func failure(_ code: CInt, systemError: CInt) -> NoAnswer? {
    // EAI_NODATA and EAI_ADDRFAMILY, which Swift's module of the C library lacks.
    let (noData, noFamily): (CInt, CInt) = (-5, -9)
    switch code {
    case EAI_NONAME, noData, noFamily: return nil
    case EAI_SYSTEM: return NoAnswer(words: String(cString: strerror(systemError)))
    default: return NoAnswer(words: String(cString: gai_strerror(code)))
    }
  }

  private struct Address: Hashable, Comparable {
    /// The sort key; the length comes first, so that IPv4 precedes IPv6.
    var order: [UInt8]
    var text: String

    init?(_ entry: addrinfo) {
      guard let socketAddress = entry.ai_addr else { return nil }
      let raw = UnsafeRawPointer(socketAddress)
      switch entry.ai_family {
      case AF_INET:
        let number = raw.loadUnaligned(as: sockaddr_in.self).sin_addr
        order = withUnsafeBytes(of: number) { [4] + $0 }
      case AF_INET6:
        let number = raw.loadUnaligned(as: sockaddr_in6.self).sin6_addr
        order = withUnsafeBytes(of: number) { [16] + $0 }
      default: return nil
      }
      // inet_ntop would omit the scope of a link-local address.
      var buffer = [CChar](repeating: 0, count: Int(NI_MAXHOST))
      let code = getnameinfo(
        socketAddress, entry.ai_addrlen, &buffer, socklen_t(buffer.count), nil, 0, NI_NUMERICHOST)
      guard code == 0 else { return nil }
      text = String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    static func < (left: Address, right: Address) -> Bool {
      left.order.lexicographicallyPrecedes(right.order)
        || (left.order == right.order && left.text < right.text)
    }
  }
}
