/// The arithmetic mean: the values' sum, in their order, over their number; NaN of none.
package func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
