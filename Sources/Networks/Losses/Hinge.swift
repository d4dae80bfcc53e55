package import Specs

/// Hinge loss: `max(0, margin − s z)` with side s = ±1 for two classes and one output; for several classes `max(0,
/// margin + maxⱼ zⱼ − z_t)` (Crammer & Singer 2001) or `Σⱼ max(0, margin + zⱼ − z_t)` (Weston & Watkins 1999), j ≠ t.
///
/// For decisions without probabilities: samples beyond the margin count nothing, as in a support vector machine (Cortes
/// & Vapnik 1995). Targets are classes, or columns of −1 and 1.
package struct Hinge: LossSpec {
  package static let kind = "hinge"
  package static let summary = "decisions with a margin, without probabilities"
  package static let examples = ["{}", #"{"variant": "weston_watkins", "margin": 0.5}"#]
  package var targets: LossTargets { .classesOrValues }
  package var targetLimit: String? { HingeForm.targetLimit }
  var form: HingeForm

  package init(from fields: FieldReader) throws(ConfigError) { form = try HingeForm(from: fields, isSquared: false) }

  package func makeLoss(_ context: LossContext) throws(ConfigError) -> any Loss {
    try form.makeLoss(context, kind: Self.kind)
  }
}
