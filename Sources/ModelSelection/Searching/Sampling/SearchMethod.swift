/// How the points of a search are chosen.
package enum SearchMethod: String, Sendable, CaseIterable {
  /// Every combination.
  case grid
  /// Independent points, by Philox from the config's seed.
  case random
  /// Points of a Sobol sequence, shifted digit by digit from the config's seed, which leave fewer gaps than random
  /// ones.
  case sobol
}
