package import CKernels

/// How the dense products are cut on this CPU. Bits do not depend on it, so each rank chooses for itself.
package enum KernelTiling {
  /// Chooses for the active instruction set: from the table of CPUs that were measured, else by a few milliseconds of
  /// measuring.
  ///
  /// Call it once, on one thread, before the first computation.
  /// - Returns: what was chosen and how, in words.
  @discardableResult
  package static func choose() -> String {
    let source = ck_choose_tiling()
    let how =
      switch source {
      case CK_TILING_TABLE: "from the table of CPUs"
      case CK_TILING_MEASURED: "measured now, not in the table of CPUs"
      default: "as first of its level, not measured"
      }
    return "\(words(ck_tiling().pointee)), \(how)"
  }

  /// The candidates of a level.
  package static func candidates(_ level: InstructionSet) -> [ck_tiling] {
    (0..<ck_tiling_count(Int32(level.rawValue))).map { ck_tiling_candidate(Int32(level.rawValue), $0).pointee }
  }

  private static func words(_ tiling: ck_tiling) -> String {
    let blocks =
      tiling.inner_block > Int(CK_INNER_BLOCK)
      ? "whole panels" : "blocks of \(tiling.inner_block) inputs × \(tiling.row_block) samples"
    let tile =
      switch tiling.gradient_tile {
      case 0: ""
      case Int32(CK_TILE_TURNED): " in tiles of 24 × 4"
      case Int32(CK_TILE_BY_INPUTS): " in tiles of 24 × 4, with few inputs 6 × 16"
      case Int32(CK_TILE_BY_LEAVES): " in tiles of 6 × 64, with short shards 4 × 64"
      default: " in tiles of \(tiling.gradient_tile) × 64"
      }
    let packing = tiling.gradient_packs != 0 ? ", packed" : ""
    let copies = tiling.product_copies != 0 ? ", copied where there are many outputs" : ""
    return "\(blocks)\(copies), weight gradients by \(tiling.gradient_chunk) samples\(tile)\(packing)"
  }
}
