internal import CSystem

/// Memory for a document of many megabytes, in large pages if the system has them.
enum LargePages {
  /// Memory with undefined content, to be overwritten.
  static func allocate(_ count: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { memory, used in
      hg_use_large_pages(memory.baseAddress, count)
      used = count
    }
  }
}
