"""A few lines that are made for the width there is."""

from abc import abstractmethod
from typing import Generic, TypeVar

from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

_LOW_SCREEN = 20
"""Rows."""
News = TypeVar("News")


class Bar(Widget):
    """As high as its lines; with no lines it takes no room."""

    DEFAULT_CSS = """
    Bar { height: auto; padding: 0 1; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._height = -1

    @abstractmethod
    def lines(self, width: int) -> list[Content]:
        """What to show in `width` cells."""

    @property
    def low(self) -> bool:
        """Whether the screen is so low that a bar should take one line."""
        return self.screen.size.height < _LOW_SCREEN

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        self._height = len(self.lines(width)) if width else 0
        return self._height

    def render(self) -> Content:
        return Content("\n").join(self.lines(self.content_size.width))

    def repaint(self) -> None:
        """Show what has changed. Laying the whole screen out costs ten times a repaint, so only for another height."""
        if self.is_mounted:
            width = self.content_size.width
            self.refresh(layout=not width or len(self.lines(width)) != self._height)


class NewsBar(Bar, Generic[News]):
    """A bar of which all that it shows comes at once; before the first news, and after None, it takes no room."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._news: News | None = None

    def show(self, news: News | None) -> None:
        if news != self._news:
            self._news = news
            self.repaint()

    def lines(self, width: int) -> list[Content]:
        return [] if self._news is None else self.news_lines(self._news, width)

    @abstractmethod
    def news_lines(self, news: News, width: int) -> list[Content]:
        """What to show of it in `width` cells."""
