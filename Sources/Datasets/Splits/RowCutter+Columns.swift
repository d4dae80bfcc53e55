internal import Specs

extension RowCutter {
  // MARK: - Rows with stated values

  /// Gives each part the rows whose column has one of its values.
  mutating func takeValues() throws(DataError) {
    var matched: [(part: DataPart, name: KeyName, values: [SplitValue], column: KeyTexts, isMatch: [Bool])] = []
    for (part, choice) in choices {
      guard case .values(let values, let name) = choice else { continue }
      let column = try column(name), texts = (0..<column.count).map { column.text($0) }
      var occurs = [Bool](repeating: false, count: texts.count)
      for code in column.codes { occurs[Int(code)] = true }
      for value in values {
        guard !texts.indices.contains(where: { occurs[$0] && value.matches(texts[$0]) }) else { continue }
        let known = LabelKind.sorted(texts.indices.filter { occurs[$0] }.map { texts[$0] })
        throw fault(
          .unknownValue(key: "data.\(part.name).values", column: name.words, value: value.text, known: known))
      }
      matched.append((part, name, values, column, texts.map { text in values.contains { $0.matches(text) } }))
    }
    guard !matched.isEmpty else { return }
    var twice = 0, firstTwice = 0
    for row in parts.indices {
      let own = matched.filter { $0.isMatch[Int($0.column.codes[row])] }
      guard let first = own.first else { continue }
      parts[row] = first.part
      guard own.count > 1 else { continue }
      if twice == 0 { firstTwice = row }
      twice += 1
    }
    guard twice == 0 else {
      throw fault(
        .matchedTwice(
          column: matched[0].name.words, other: matched[1].name.words, place: table.source.place(firstTwice),
          count: twice))
    }
    for (index, entry) in matched.enumerated() {
      let rows = parts.count { $0 == entry.part }
      let isLast = !matched.dropFirst(index + 1).contains { $0.name == entry.name }
      note(
        "\(entry.part.name): \(rows) of \(table.count) rows, whose \(entry.name.words) is \(SplitValue.words(entry.values))"
          + (isLast ? others(entry.column) : ""))
    }
  }

  /// What stands in a column where no value takes a row, in words.
  private func others(_ column: KeyTexts) -> String {
    var rows = [Int](repeating: 0, count: column.count)
    for (row, code) in column.codes.enumerated() where parts[row] == .train { rows[Int(code)] += 1 }
    let codes = rows.indices.filter { rows[$0] > 0 }.sorted { (rows[$0], $1) > (rows[$1], $0) }
    guard !codes.isEmpty else { return "" }
    let shown = codes.prefix(6).map { "'\(column.text($0).excerpt(40))' \(rows[$0])" }
    return "; of the others it is \(shown.joined(separator: ", "))" + (codes.count > 6 ? ", …" : "")
  }

  // MARK: - Whole groups

  /// The group of each row that is left, by first appearance; nil for rows whose group has rows in another part
  /// already.
  ///
  /// `torn` are the groups with rows both there and among those that are left, and how many rows these are.
  private func groups(
    _ column: KeyTexts
  ) -> (ofRow: [Int?], sizes: [Int], torn: (groups: Int, rows: Int)) {
    let groupOfCode = groupOfCode(column)
    let isTaken = isTaken(groupOfCode, column, count: (groupOfCode.max() ?? -1) + 1)
    var place = [Int](repeating: -1, count: isTaken.count), sizes: [Int] = []
    let ofRow = parts.indices.map { row -> Int? in
      let group = groupOfCode[Int(column.codes[row])]
      guard !isTaken[group] else { return nil }
      if place[group] < 0 {
        place[group] = sizes.count
        sizes.append(0)
      }
      sizes[place[group]] += 1
      return place[group]
    }
    let torn = parts.indices.filter { parts[$0] == .train && ofRow[$0] == nil }
    let tornGroups = Set(torn.map { groupOfCode[Int(column.codes[$0])] })
    return (ofRow, sizes, (tornGroups.count, torn.count))
  }

  /// The group that each text of a key column means.
  func groupOfCode(_ column: KeyTexts) -> [Int] {
    let texts = (0..<column.count).map { column.text($0).trimmed }
    // As categories: 1 and 1.0 are one group where all are numbers.
    let areNumbers = LabelKind(of: texts) == .numbers
    var byText: [String: Int] = [:], byNumber: [Double: Int] = [:]
    return texts.map { text -> Int in
      if areNumbers, let number = LabelKind.number(text) {
        if let known = byNumber[number] { return known }
        byNumber[number] = byNumber.count
        return byNumber.count - 1
      }
      if let known = byText[text] { return known }
      byText[text] = byText.count
      return byText.count - 1
    }
  }

  /// For each group whether it has rows in another part already.
  private func isTaken(_ groupOfCode: [Int], _ column: KeyTexts, count: Int) -> [Bool] {
    var isTaken = [Bool](repeating: false, count: count)
    for row in parts.indices where parts[row] != .train { isTaken[groupOfCode[Int(column.codes[row])]] = true }
    return isTaken
  }

  /// Gives parts whole groups.
  mutating func takeGroups() throws(DataError) {
    var wanted = [0, 0], own: [(part: DataPart, choice: RowChoice, name: KeyName)] = []
    for (part, choice) in choices {
      guard case .groups(_, let name) = choice else { continue }
      wanted[part == .validation ? 0 : 1] = try self.wanted(part, choice)
      own.append((part, choice, name))
    }
    guard let first = own.first else { return }
    let key = key(first.part, first.choice), column = try column(first.name)
    try requireValues(column, first.name, key)
    let (ofRow, sizes, torn) = groups(column), isTorn = ofRow.contains(nil)
    guard sizes.count > own.count else {
      throw fault(
        .fewGroups(
          key: key, column: first.name.words, count: sizes.count, parts: own.count + 1, isTorn: isTorn))
    }
    let split = GroupSplit(sizes: sizes, validation: wanted[0], test: wanted[1], seed: seed)
    for (part, choice, name) in own {
      let groups = split.parts.count { $0 == part }
      guard groups > 0 else {
        let left = sizes.indices.filter { split.parts[$0] == .train }.map { sizes[$0] }
        throw fault(
          .largeGroups(
            key: self.key(part, choice), column: name.words, smallest: left.min() ?? 0,
            wanted: wanted[part == .validation ? 0 : 1], count: left.count))
      }
      let rows = sizes.indices.reduce(0) { $0 + (split.parts[$1] == part ? sizes[$1] : 0) }
      note("\(words(part, rows: rows, of: choice)), \(groups) of the \(sizes.count) groups of \(name.words)")
    }
    if torn.rows > 0 {
      let (one, rows) = (torn.groups == 1, torn.rows)
      note(
        "\(rows) training row\(rows == 1 ? " is" : "s are") of \(one ? "a group" : "\(torn.groups) groups") of \(first.name.words) "
          + "that \(one ? "has" : "have") rows in another part by its values: what is measured there is no figure of new groups"
      )
    }
    for (row, group) in ofRow.enumerated() { if let group { parts[row] = split.parts[group] } }
  }

  // MARK: - The last in time

  /// Gives parts the last rows in time.
  mutating func takeLatest() throws(DataError) {
    var wanted = [0, 0], own: [(part: DataPart, choice: RowChoice, name: KeyName)] = []
    for (part, choice) in choices {
      guard case .latest(_, let name) = choice else { continue }
      wanted[part == .validation ? 0 : 1] = try self.wanted(part, choice)
      own.append((part, choice, name))
    }
    guard let first = own.first else { return }
    let key = key(first.part, first.choice), column = try column(first.name)
    try requireValues(column, first.name, key)
    let order = try order(column, first.name, key)
    // Of rows that are left, how many there are of each time, and which text says it.
    var sizes = [Int](repeating: 0, count: order.count), codes = sizes
    for (row, code) in column.codes.enumerated() where parts[row] == .train {
      sizes[order.ranks[Int(code)]] += 1
      codes[order.ranks[Int(code)]] = Int(code)
    }
    guard sizes.count > own.count else {
      throw fault(.fewTimes(key: key, column: first.name.words, count: sizes.count, parts: own.count + 1))
    }
    let split = TimeSplit(counts: sizes, validation: wanted[0], test: wanted[1])
    for (part, choice, name) in own {
      let times = part == .validation ? split.validation..<split.test : split.test..<sizes.count
      guard !times.isEmpty else {
        let last = times.upperBound - 1
        throw fault(
          .largeTime(
            key: self.key(part, choice), column: name.words, text: column.text(codes[last]), size: sizes[last],
            wanted: wanted[part == .validation ? 0 : 1]))
      }
      let from = "'\(column.text(codes[times.lowerBound]).excerpt(40))'"
      let to =
        times.upperBound == sizes.count ? "on" : "to '\(column.text(codes[times.upperBound - 1]).excerpt(40))'"
      note("\(words(part, rows: sizes[times].reduce(0, +), of: choice)), from \(name.words) \(from) \(to)")
    }
    for (row, code) in column.codes.enumerated() where parts[row] == .train {
      let time = order.ranks[Int(code)]
      if time >= split.validation { parts[row] = time < split.test ? .validation : .test }
    }
  }

  /// The order in time of the rows that are left.
  func order(_ column: KeyTexts, _ name: KeyName, _ key: String) throws(DataError) -> TimeOrder {
    var isUsed = [Bool](repeating: false, count: column.count)
    for (row, code) in column.codes.enumerated() where parts[row] == .train { isUsed[Int(code)] = true }
    func place(_ code: Int) -> (place: String, text: String) {
      let row = parts.indices.first { parts[$0] == .train && Int(column.codes[$0]) == code } ?? 0
      return (table.source.place(row), column.text(code))
    }
    do throws(TimeOrder.Fault) {
      return try TimeOrder(column, codes: isUsed.indices.filter { isUsed[$0] })
    } catch {
      switch error {
      case .noTime(let code):
        let (place, text) = place(code)
        throw fault(.noTime(key: key, column: name.words, place: place, text: text))
      case .mixedZones(let code):
        let (place, text) = place(code)
        throw fault(.mixedZones(key: key, column: name.words, place: place, text: text))
      }
    }
  }
}
