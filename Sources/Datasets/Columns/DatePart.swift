internal import Kernels

/// A number that is taken from a date.
///
/// Parts are those of the date as it is written; only ``days`` counts in UTC where a zone is written.
package enum DatePart: String, Sendable, CaseIterable {
  case year
  /// 1 to 12.
  case month
  case monthSine = "month_sin"
  case monthCosine = "month_cos"
  /// Of the month, from 1.
  case day
  /// Of the year, from 1.
  case dayOfYear = "day_of_year"
  case dayOfYearSine = "day_of_year_sin"
  case dayOfYearCosine = "day_of_year_cos"
  /// 0 is Monday, 6 is Sunday.
  case weekday
  case weekdaySine = "weekday_sin"
  case weekdayCosine = "weekday_cos"
  /// 0 to 23; 0 where there is no time.
  case hour
  /// Of the time of day with its minutes and seconds.
  case hourSine = "hour_sin"
  case hourCosine = "hour_cos"
  /// Since 1970-01-01, with the time as a fraction.
  case days

  /// What a column of dates becomes where nothing is said.
  static func usual(withTimes: Bool) -> [DatePart] {
    [.year, .monthSine, .monthCosine, .day, .weekdaySine, .weekdayCosine]
      + (withTimes ? [.hourSine, .hourCosine] : []) + [.days]
  }

  /// Whether it is a sine or cosine, which nothing need bring to a scale.
  var isCyclic: Bool { rawValue.hasSuffix("_sin") || rawValue.hasSuffix("_cos") }

  /// Whether it needs a time.
  var isOfTime: Bool { [.hour, .hourSine, .hourCosine].contains(self) }

  /// The part of a date.
  func callAsFunction(_ date: DateText) -> Double {
    let seconds = date.secondOfDay ?? 0
    switch self {
    case .year: return Double(date.year)
    case .month: return Double(date.month)
    case .monthSine: return Self.sine(Double(date.month - 1) / 12)
    case .monthCosine: return Self.cosine(Double(date.month - 1) / 12)
    case .day: return Double(date.day)
    case .dayOfYear: return Double(date.dayOfYear)
    case .dayOfYearSine: return Self.sine(Double(date.dayOfYear - 1) / Self.days(of: date.year))
    case .dayOfYearCosine: return Self.cosine(Double(date.dayOfYear - 1) / Self.days(of: date.year))
    case .weekday: return Double(date.weekday)
    case .weekdaySine: return Self.sine(Double(date.weekday) / 7)
    case .weekdayCosine: return Self.cosine(Double(date.weekday) / 7)
    case .hour: return (seconds / 3600).rounded(.down)
    case .hourSine: return Self.sine(seconds / 86_400)
    case .hourCosine: return Self.cosine(seconds / 86_400)
    case .days: return date.secondsSince1970 / 86_400
    }
  }

  private static func days(of year: Int) -> Double { DateText.isLeap(year) ? 366 : 365 }

  /// Of a number of turns from 0 to 1, rounded to float32, in which networks read it.
  ///
  /// Quarters of a turn are exact: the angle is brought to the first quarter, and to its nearer end.
  private static func sine(_ turns: Double) -> Double {
    let quarters = turns * 4, quarter = quarters.rounded(.down), rest = quarters - quarter
    let index = Int(quarter) & 3, isRising = index & 1 == 0
    // From the end where the sine is 0.
    let angle = isRising ? rest : 1 - rest
    let value =
      angle <= 0.5
      ? DoubleFunctions.sin(angle * Double.pi / 2) : DoubleFunctions.cos((1 - angle) * Double.pi / 2)
    return Double(Float(index < 2 ? value : -value)) + 0
  }

  private static func cosine(_ turns: Double) -> Double { sine(turns < 0.75 ? turns + 0.25 : turns - 0.75) }
}
