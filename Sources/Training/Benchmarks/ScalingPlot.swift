internal import Specs

/// A scaling measurement as a picture for a paper: speed-up over workers beside the ideal, in SVG.
package enum ScalingPlot {
  private static let width = 640.0, height = 420.0, left = 64.0, right = 170.0, top = 44.0, bottom = 56.0
  private static let colors = ["#1b6ca8", "#c1440e", "#2d7d46", "#7b3f9e", "#8a6d00", "#444444"]

  /// Lines of points with the same kind and number of threads; ideal dashed.
  package static func svg(_ report: ScalingReport) -> String {
    let most = Double(report.points.map(\.workers).max() ?? 1)
    func x(_ workers: Double) -> Double {
      left + (most > 1 ? (workers - 1) / (most - 1) : 0.5) * (width - left - right)
    }
    func y(_ gain: Double) -> Double { height - bottom - gain / max(1, most) * (height - top - bottom) }
    var parts = [
      #"<svg xmlns="http://www.w3.org/2000/svg" width="\#(text(width))" height="\#(text(height))" viewBox="0 0 \#(text(width)) \#(text(height))" font-family="sans-serif" font-size="13">"#,
      #"<rect width="100%" height="100%" fill="white"/>"#,
      #"<text x="\#(text(left))" y="24" font-size="15">\#(escaped(report.title))</text>"#,
      line(x(1), y(0), x(most), y(0), "#000000"), line(x(1), y(0), x(1), y(most), "#000000"),
      line(x(1), y(1), x(most), y(most), "#999999", dash: true),
      label(x(most) + 8, y(most) + 4, "ideal", "#999999"),
      label((x(1) + x(most)) / 2 - 70, height - 14, "workers (ranks × threads)", "#000000"),
      #"<text transform="translate(18 \#(text(y(most / 2) + 30))) rotate(-90)">speed-up</text>"#,
    ]
    for tick in ticks(most) {
      parts.append(line(x(tick), y(0), x(tick), y(0) + 5, "#000000"))
      parts.append(label(x(tick) - 4, y(0) + 20, text(tick), "#000000"))
      parts.append(line(x(1) - 5, y(tick), x(1), y(tick), "#000000"))
      parts.append(label(x(1) - 30, y(tick) + 4, text(tick), "#000000"))
    }
    var series: [(name: String, points: [ScalingPoint])] = []
    for point in report.points {
      let name = "\(point.kind.rawValue), \(point.threads.counted("thread"))"
      if let index = series.firstIndex(where: { $0.name == name }) {
        series[index].points.append(point)
      } else {
        series.append((name, [point]))
      }
    }
    for (index, entry) in series.enumerated() {
      let color = colors[index % colors.count]
      let places = entry.points.sorted { $0.workers < $1.workers }.map { point in
        (x(Double(point.workers)), y(report.efficiency(point) * Double(point.workers)))
      }
      let path = places.map { "\(text($0.0)),\(text($0.1))" }.joined(separator: " ")
      parts.append(#"<polyline points="\#(path)" fill="none" stroke="\#(color)" stroke-width="2"/>"#)
      for place in places {
        parts.append(#"<circle cx="\#(text(place.0))" cy="\#(text(place.1))" r="4" fill="\#(color)"/>"#)
      }
      let row = top + 20 * Double(index) + 30
      parts.append(line(width - right + 18, row, width - right + 42, row, color))
      parts.append(label(width - right + 48, row + 4, entry.name, "#000000"))
    }
    return parts.joined(separator: "\n") + "\n</svg>\n"
  }

  /// 1 and even steps up to the most, at most nine.
  private static func ticks(_ most: Double) -> [Double] {
    var step = 1.0
    while most / step > 8 { step *= 2 }
    return [1] + stride(from: step, through: most, by: step).filter { $0 > 1 }
  }

  private static func line(
    _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ color: String, dash: Bool = false
  ) -> String {
    #"<line x1="\#(text(x1))" y1="\#(text(y1))" x2="\#(text(x2))" y2="\#(text(y2))" stroke="\#(color)""#
      + (dash ? #" stroke-dasharray="6 4"/>"# : "/>")
  }

  private static func label(_ x: Double, _ y: Double, _ words: String, _ color: String) -> String {
    #"<text x="\#(text(x))" y="\#(text(y))" fill="\#(color)">\#(escaped(words))</text>"#
  }

  private static func text(_ value: Double) -> String {
    value == value.rounded() ? "\(Int(value))" : ScalingReport.rounded(value, 1)
  }

  private static func escaped(_ words: String) -> String {
    words.map { ["&": "&amp;", "<": "&lt;", ">": "&gt;"][$0] ?? String($0) }.joined()
  }
}
