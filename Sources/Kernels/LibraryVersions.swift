internal import COneDNN

/// Versions of the libraries that compute.
package enum LibraryVersions {
  /// oneDNN's version, like `2.6.3`. The corresponding C function is `dnnl_version`.
  package static var oneDNN: String {
    guard let version = dnnl_version()?.pointee else { return "unknown" }
    return "\(version.major).\(version.minor).\(version.patch)"
  }
}
