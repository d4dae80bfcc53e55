internal import CPlatform
internal import Glibc

/// Memory of this process.
package enum ProcessMemory {
  /// The largest resident size so far, in 10^6 bytes.
  package static var peakMegabytes: Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return Double(usage.ru_maxrss) * 1024 / 1e6
  }

  /// From now on a freed block of 4 MiB or more goes back to the system at once.
  ///
  /// The C library keeps blocks up to the largest size freed so far, 32 MiB at most: a net of 2500² units kept 24 MB
  /// that nothing used, 8 % of what it took.
  package static func givesBackLargeBlocks() { ck_give_back_blocks(4 << 20) }
}
