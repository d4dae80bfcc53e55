import CKernels

/// Softmax of each row: `probs[r][j] = e^(logits[r][j] - lse[r])`, `lse[r] = log Σⱼ e^logits[r][j]`.
///
/// The loss of a row with target `t` is `lse[r] - Double(logits[r][t])`, with an error of at most
/// `4 · 2^-24 · max(1, loss, greatest |logit|)`. A row's bits do not depend on the other rows.
/// - Parameters:
///   - logits: `rows` × `columns`, row `r` at `r * logitsStride`.
///   - logitsStride: Elements from row to row.
///   - probs: `rows` × `columns`; may be `logits` if the strides are equal.
///   - probsStride: Elements from row to row.
///   - rows: Number of rows.
///   - columns: Number of classes, 1 or more.
///   - logSumExp: Receives one value per row, unless nil.
package func softmaxRows(
  _ logits: UnsafePointer<Float>, stride logitsStride: Int, into probs: UnsafeMutablePointer<Float>,
  stride probsStride: Int, rows: Int, columns: Int, logSumExp: UnsafeMutablePointer<Double>?
) {
  ck_active().pointee.softmax_rows(logits, logitsStride, probs, probsStride, rows, columns, logSumExp)
}
