extension Table {
  /// Hands out the features of rows in double, one row after the other.
  package func forEachRow<Failure: Error>(
    _ rows: some Sequence<Int>, _ body: (_ row: Int, _ features: UnsafePointer<Double>) throws(Failure) -> Void
  ) throws(Failure) {
    let reader = RowReader(features)
    for row in rows { try body(row, reader(row)) }
  }
}
