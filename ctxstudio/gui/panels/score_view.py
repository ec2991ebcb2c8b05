"""What the decision matrix says about the current agent, row by row, and what it recommends."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6 import QtCore, QtWidgets

from ctxstudio.gui import icons, labels, text, theme
from ctxstudio.gui.panels.trait_table import TraitModel, TraitTable
from ctxstudio.gui.session import Session
from ctxstudio.policy.matrix import Matrix
from ctxstudio.policy.values import Agent, Assessment, Recommendation, Switch, Verdict

_MANY = 500
"""Selected agents among which the button looks for one that it would change; with more it is simply enabled."""


class ScoreView(QtWidgets.QScrollArea):
    """Characteristics, totals, verdict, recommendation."""

    def __init__(self, session: Session, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("scoreView")
        self._session = session
        self._model = TraitModel(session, self)
        self.setWidgetResizable(True)
        self.setFrameShape(QtWidgets.QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(QtCore.Qt.FocusPolicy.NoFocus)
        self._whose = labels.ElidedLabel(muted=True)
        self._table = TraitTable(self._model)
        self._totals = _Totals(session.shipped.matrix)
        self._verdict = labels.plain_label(wrap=True)
        self._verdict.setObjectName("verdictLabel")
        self._advice_title = labels.plain_label("Recommendation")
        self._advice_title.setFont(labels.bold(self.font()))
        self._advised = QtWidgets.QLabel()
        self._advice = labels.plain_label(wrap=True)
        self._advice.setObjectName("recommendationLabel")
        self._reason = labels.plain_label(wrap=True, muted=True)
        self._reason.setObjectName("reasonLabel")
        self._family_shown = ""
        self._apply = QtWidgets.QPushButton()
        self._apply.setObjectName("applyRecommendationButton")
        self._apply.clicked.connect(lambda: session.apply_recommendation(session.selection))
        self._lay_out()
        self._color()

    def _lay_out(self) -> None:
        content = QtWidgets.QWidget(self)
        column = QtWidgets.QVBoxLayout(content)
        column.setContentsMargins(10, 10, 10, 10)
        column.setSpacing(6)
        for widget in (self._whose, self._table, self._totals, self._verdict):
            column.addWidget(widget)
        column.addSpacing(8)
        column.addWidget(self._advice_title)
        row = QtWidgets.QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self._advised, 0, QtCore.Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._advice, 1)
        column.addLayout(row)
        column.addWidget(self._reason)
        column.addWidget(self._apply, 0, QtCore.Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)
        self.setWidget(content)

    # What is shown

    def refresh(self) -> None:
        """Show the current agent."""
        selection = self._session.selection
        if not selection:
            return
        agent = self._session.workspace.agent(selection[0])
        self._whose.setVisible(len(selection) > 1)
        self._whose.show_text(f"{agent.name}, the current one of {len(selection):,} agents")
        self._model.refresh()
        self._table.fit()
        assessment = agent.assessment
        self._totals.show_scores(assessment.scores if assessment else {})
        self._verdict.setText(text.shown(self._verdict_text(agent)))
        self._show_advice(assessment.recommendation if assessment else None)
        self._refresh_button(selection)

    def _show_advice(self, advice: Recommendation | None) -> None:
        for widget in (self._advice_title, self._advised, self._advice, self._reason):
            widget.setVisible(advice is not None)
        self._family_shown = advice.preference if advice else ""
        if advice is not None:
            self._advice.setText(text.shown(_advice_text(advice)))
            switches = [switch for switch in (advice.escalation, advice.fast_path) if switch]
            self._advice.setToolTip(text.tooltip("\n".join(f"• {when}" for item in switches for when in item.when)))
            self._reason.setText(text.shown(advice.reason))
            self._color()

    def _verdict_text(self, agent: Agent) -> str:
        if agent.assessment is None:
            return "Still scoring" if self._session.loading else "Not scored: the reading was stopped."
        return verdict_text(
            agent.assessment, agent.policy.preference, self._session.shipped.matrix, self._family(agent)
        )

    def _family(self, agent: Agent) -> str:
        return self._session.shipped.catalogue.family(agent.policy.preference)

    def _refresh_button(self, selection: tuple[str, ...]) -> None:
        workspace, count = self._session.workspace, len(selection)
        few = selection[:_MANY]
        possible = count > _MANY or any(workspace.differs(workspace.agent(id)) for id in few)
        self._apply.setEnabled(possible)
        self._apply.setText("Apply recommendation" if count == 1 else f"Apply recommendation to {count:,} agents")
        self._apply.setToolTip("One undo step" if possible else "The policy is as recommended, or not scored")

    def changeEvent(self, event: QtCore.QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QtCore.QEvent.Type.PaletteChange:
            self._color()

    def _color(self) -> None:
        palette = QtWidgets.QApplication.palette()
        self._apply.setIcon(icons.icon("wand-sparkles", palette))
        self._advised.setPixmap(labels.swatch(theme.family_color(self._family_shown, palette)).pixmap(16, 16))


class _Totals(QtWidgets.QWidget):
    """The sum of each column, in one line."""

    def __init__(self, matrix: Matrix) -> None:
        super().__init__()
        self._title = labels.plain_label("Total", muted=True)
        self._columns = {name: (QtWidgets.QLabel(), labels.plain_label()) for name in matrix.columns}
        row = QtWidgets.QHBoxLayout(self)
        row.setContentsMargins(2, 0, 2, 0)
        row.setSpacing(6)
        row.addWidget(self._title)
        for picture, label in self._columns.values():
            row.addSpacing(6)
            row.addWidget(picture)
            row.addWidget(label)
        row.addStretch(1)
        self._color()

    def show_scores(self, scores: Mapping[str, float]) -> None:
        """Show the totals, the highest in bold; nothing if nothing is on."""
        best = max(scores.values(), default=None)
        for name, (_, label) in self._columns.items():
            score = scores.get(name)
            label.setText(f"{name.capitalize()} {'—' if score is None else _number(score)}")
            label.setFont(labels.bold(self.font(), score is not None and score == best))

    def changeEvent(self, event: QtCore.QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QtCore.QEvent.Type.PaletteChange:
            self._color()

    def _color(self) -> None:
        palette = QtWidgets.QApplication.palette()
        for name, (picture, _) in self._columns.items():
            picture.setPixmap(labels.swatch(theme.family_color(name, palette)).pixmap(16, 16))


def verdict_text(assessment: Assessment, preference: str | None, matrix: Matrix, family: str) -> str:
    """What the matrix thinks of the assigned model, in words."""
    assigned = preference or "the session's model"
    if assessment.verdict is Verdict.NOT_SCORED:
        return "Not scored: none of the characteristics is on."
    if assessment.verdict is Verdict.NO_COLUMN:
        return f"No verdict on {assigned}: the matrix has no column for it."
    score = _number(assessment.scores[family])
    strong, moderate = _number(matrix.strong_over), _number(matrix.moderate_from)
    return {
        Verdict.STRONG: f"{assigned} fits strongly: it scores {score}, over {strong}.",
        Verdict.MODERATE: f"{assigned} fits moderately: it scores {score}, from {moderate} to {strong}.",
        Verdict.CONSIDER_ALTERNATIVE: f"Consider an alternative to {assigned}: it scores {score}, under {moderate}.",
    }[assessment.verdict]


def _advice_text(advice: Recommendation) -> str:
    parts = [advice.preference]
    parts += [f"with escalation to {_switch(advice.escalation)}"] if advice.escalation else []
    parts += [f"with a fast path to {_switch(advice.fast_path)}"] if advice.fast_path else []
    return f"{' '.join(parts)} — {advice.strength}, margin {_number(advice.margin)}"


def _switch(switch: Switch) -> str:
    return f"{switch.to} ({len(switch.when)} trigger{'s' if len(switch.when) != 1 else ''})"


def _number(value: float) -> str:
    return f"{value:g}".replace("-", "−")
