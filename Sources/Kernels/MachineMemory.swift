internal import Glibc

/// The memory of this machine, which sizes from outside are measured by before anything is allocated.
package enum MachineMemory {
  /// Bytes of physical memory.
  package static let byteCount = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))

  /// A number of bytes for people, like `23.5 GB`.
  package static func words(_ byteCount: Double) -> String {
    byteCount < 1e15 ? "\((byteCount / 1e8).rounded() / 10) GB" : "more than 1,000,000 GB"
  }
}
