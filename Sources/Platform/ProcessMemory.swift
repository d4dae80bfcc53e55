internal import Glibc

/// Memory of this process.
package enum ProcessMemory {
  /// The largest resident size so far, in 10^6 bytes.
  package static var peakMegabytes: Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return Double(usage.ru_maxrss) * 1024 / 1e6
  }
}
