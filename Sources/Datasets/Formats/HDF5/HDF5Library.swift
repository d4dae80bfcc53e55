internal import Glibc

/// The HDF5 library of the system, opened at run time: whoever reads no such file needs none.
///
/// Only what describes a file is asked of it, in a process of its own (``HDF5Describer``). Names and types are those of
/// its C interface (https://support.hdfgroup.org/documentation/hdf5/latest/group___r_m.html); identifiers are negative
/// where a call has failed.
struct HDF5Library {
  typealias Identifier = Int64

  /// Why it cannot be used.
  enum Lack: Error {
    /// None of its names is known to the linker.
    case none
    /// It is older than 1.10.5, which was the first to tell where chunks are.
    case old(String)
  }

  /// The names of the library, in the order in which they are tried: Debian's and Ubuntu's, then those of others.
  static let names =
    ["310", "320", "103", "200"].map { "libhdf5_serial.so.\($0)" }
    + ["320", "310", "200", "103"].map { "libhdf5.so.\($0)" } + ["libhdf5_serial.so", "libhdf5.so"]

  /// Version in three numbers.
  let version: [Int]
  private let handle: Handle

  /// The linker's handle, which is never given back.
  private struct Handle: @unchecked Sendable { let pointer: UnsafeMutableRawPointer }

  init() throws(Lack) {
    guard let pointer = Self.names.lazy.compactMap({ dlopen($0, RTLD_NOW | RTLD_LOCAL) }).first else { throw .none }
    handle = Handle(pointer: pointer)
    typealias GetVersion =
      @convention(c) (UnsafeMutablePointer<UInt32>, UnsafeMutablePointer<UInt32>, UnsafeMutablePointer<UInt32>) -> Int32
    guard let symbol = dlsym(pointer, "H5get_libversion") else { throw .old("unknown") }
    var major: UInt32 = 0, minor: UInt32 = 0, release: UInt32 = 0
    _ = unsafeBitCast(symbol, to: GetVersion.self)(&major, &minor, &release)
    version = [major, minor, release].map(Int.init)
    guard !version.lexicographicallyPrecedes([1, 10, 5]) else { throw .old(versionText) }
    let start: @convention(c) () -> Int32 = try function("H5open")
    guard start() >= 0 else { throw .old(versionText) }
    // Errors are told in this program's words; filters are not looked for, as nothing is read through them.
    typealias SetErrors = @convention(c) (Identifier, UnsafeRawPointer?, UnsafeRawPointer?) -> Int32
    let silence: SetErrors = try function("H5Eset_auto2")
    _ = silence(0, nil, nil)
    let setPlugins: @convention(c) (UInt32) -> Int32 = try function("H5PLset_loading_state")
    _ = setPlugins(0)
  }

  var versionText: String { version.map(String.init).joined(separator: ".") }

  /// A function by its name.
  func function<Function>(_ name: String) throws(Lack) -> Function {
    guard let symbol = dlsym(handle.pointer, name) else { throw .old(versionText) }
    return unsafeBitCast(symbol, to: Function.self)
  }

  func has(_ name: String) -> Bool { dlsym(handle.pointer, name) != nil }

  func optionalFunction<Function>(_ name: String) -> Function? {
    dlsym(handle.pointer, name).map { unsafeBitCast($0, to: Function.self) }
  }

  /// An identifier that the C headers hide behind a macro: a variable that has its value once the library is open.
  func identifier(_ name: String) throws(Lack) -> Identifier {
    guard let symbol = dlsym(handle.pointer, name) else { throw .old(versionText) }
    return symbol.load(as: Identifier.self)
  }
}
