internal import Foundation

/// A curve as text: what `ptrain check` shows of the learning rate.
enum SchedulePlot {
  /// Draws values at evenly spaced steps from 0 to the end, zero at the bottom.
  static func draw(steps: Int, columns: Int = 60, rows: Int = 8, _ value: (Int) -> Double) -> [String] {
    guard steps > 0 else { return [] }
    let width = min(columns, steps)
    let values = (0..<width).map { value(width == 1 ? 0 : $0 * (steps - 1) / (width - 1)) }
    let top = values.max() ?? 0
    guard top > 0, top.isFinite else { return [] }
    let heights = values.map { Int(($0 / top * Double(rows - 1)).rounded()) }
    func label(_ number: Double) -> String {
      let text = String(format: "%.3g", number)
      return String(repeating: " ", count: max(0, 9 - text.count)) + text
    }
    var lines = (0..<rows).reversed().map { row in
      let marks = String(heights.map { $0 == row ? "*" : " " })
      let name = row == rows - 1 ? label(top) : row == 0 ? label(0) : String(repeating: " ", count: 9)
      return name + " |" + marks
    }
    let end = "\(steps - 1)"
    lines.append(
      String(repeating: " ", count: 9) + " +" + String(repeating: "-", count: width))
    lines.append(
      String(repeating: " ", count: 11) + "0" + String(repeating: " ", count: max(1, width - 1 - end.count)) + end
        + "  step")
    return lines
  }
}
