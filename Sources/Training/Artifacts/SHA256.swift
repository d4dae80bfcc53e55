internal import CCrypto

/// SHA-256 by OpenSSL's libcrypto. The corresponding C functions are `EVP_DigestInit_ex`, `EVP_DigestUpdate`,
/// `EVP_DigestFinal_ex`.
package final class SHA256 {
  private let context = EVP_MD_CTX_new()

  package init() { EVP_DigestInit_ex(context, EVP_sha256(), nil) }

  deinit { EVP_MD_CTX_free(context) }

  /// Adds bytes.
  package func update(_ bytes: UnsafeRawBufferPointer) { EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) }

  /// The digest of a text's bytes.
  static func hash(_ text: String) -> String {
    let hash = SHA256()
    Array(text.utf8).withUnsafeBytes(hash.update)
    return hash.finish()
  }

  /// The digest of all bytes so far as 64 hexadecimal digits; call it once.
  package func finish() -> String {
    var digest = [UInt8](repeating: 0, count: 32)
    var count: UInt32 = 0
    EVP_DigestFinal_ex(context, &digest, &count)
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
