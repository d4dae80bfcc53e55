import CKernels
import Testing

@testable import Kernels

@Suite struct FiniteCheckTests {
  @Test("NaN and infinities are found at every place, at every level")
  func places() {
    for isa: Int32 in 0...2 {
      let table = ck_table(isa).pointee
      for count in [1, 15, 16, 17, 33, 100] {
        var x = (0..<count).map { Float($0) - 7 }
        x[0] = .greatestFiniteMagnitude
        #expect(table.all_finite(x, count) == 1)
        for place in 0..<count {
          for bad: Float in [.nan, .infinity, -.infinity] {
            let good = x[place]
            x[place] = bad
            #expect(table.all_finite(x, count) == 0)
            x[place] = good
          }
        }
      }
      #expect(table.all_finite([.infinity], 0) == 1)
    }
  }
}
