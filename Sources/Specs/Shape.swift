/// The shape of one sample: extents without the batch, in the order of the data.
package struct Shape: Sendable, Hashable, CustomStringConvertible, ExpressibleByArrayLiteral {
  package var extents: [Int]

  package init(_ extents: [Int]) { self.extents = extents }
  package init(arrayLiteral elements: Int...) { extents = elements }

  /// The number of elements of one sample.
  package var count: Int { extents.reduce(1, *) }
  package var description: String { extents.map(String.init).joined(separator: "×") }
}
