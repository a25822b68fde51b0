//! What of an image one looks at, and the ways from there to other parts of it.

/// How far one may go in: the picture's side is cut into so many.
pub const ZOOMS: [u32; 3] = [1, 2, 4];

/// A part of an image, turned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct View {
    turn: u32,
    zoom: u32,
    x: u32,
    y: u32,
}

impl Default for View {
    fn default() -> Self {
        Self { turn: 0, zoom: 1, x: 0, y: 0 }
    }
}

impl View {
    /// A view; what lies outside becomes the nearest that does not. Places are counted in half parts, so that
    /// neighbouring views overlap.
    #[must_use]
    pub fn new(turn: u32, zoom: u32, x: u32, y: u32) -> Self {
        let zoom = ZOOMS.into_iter().filter(|known| *known <= zoom.max(1)).max().unwrap_or(1);
        let last = 2 * (zoom - 1);
        Self { turn: turn / 90 % 4 * 90, zoom, x: x.min(last), y: y.min(last) }
    }

    /// By how many degrees it is turned, clockwise.
    #[must_use]
    pub fn turn(self) -> u32 {
        self.turn
    }

    /// How far one is in.
    #[must_use]
    pub fn zoom(self) -> u32 {
        self.zoom
    }

    /// The left and upper edge, width and height of the part, of an image of this size.
    #[must_use]
    pub fn cut(self, width: u32, height: u32) -> (u32, u32, u32, u32) {
        let side = |whole: u32, place: u32| {
            let part = (whole / self.zoom).max(1);
            let start = u64::from(whole) * u64::from(place) / u64::from(2 * self.zoom);
            (u32::try_from(start).unwrap_or(0).min(whole.saturating_sub(part)), part)
        };
        let ((left, width), (top, height)) = (side(width, self.x), side(height, self.y));
        (left, top, width, height)
    }

    /// The query that leads here: empty for the whole image as it is.
    #[must_use]
    pub fn query(self) -> String {
        if self == Self::default() {
            return String::new();
        }
        format!("?turn={}&zoom={}&x={}&y={}", self.turn, self.zoom, self.x, self.y)
    }

    /// A quarter more to the right, from the whole image: places are others then.
    #[must_use]
    pub fn turned(self) -> Self {
        Self::new(self.turn + 90, self.zoom, self.zoom - 1, self.zoom - 1)
    }

    /// One step further in, with the middle where it is; nothing at the last.
    #[must_use]
    pub fn nearer(self) -> Option<Self> {
        let zoom = ZOOMS.into_iter().find(|zoom| *zoom > self.zoom)?;
        Some(Self::new(self.turn, zoom, 2 * self.x + 1, 2 * self.y + 1))
    }

    /// One step further out; nothing at the first.
    #[must_use]
    pub fn farther(self) -> Option<Self> {
        let zoom = ZOOMS.into_iter().rev().find(|zoom| *zoom < self.zoom)?;
        Some(Self::new(self.turn, zoom, self.x / 2, self.y / 2))
    }

    /// So many half parts to the right and down; nothing where the image ends.
    #[must_use]
    pub fn moved(self, right: i32, down: i32) -> Option<Self> {
        let (x, y) = (self.x.checked_add_signed(right)?, self.y.checked_add_signed(down)?);
        let last = 2 * (self.zoom - 1);
        (x <= last && y <= last).then_some(Self { x, y, ..self })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn going_in_keeps_the_middle() {
        let near = View::default().nearer().unwrap();
        assert_eq!(near, View::new(0, 2, 1, 1));
        assert_eq!(near.cut(400, 200), (100, 50, 200, 100));
        let nearest = near.nearer().unwrap();
        assert_eq!(nearest.cut(400, 200), (150, 75, 100, 50));
        assert_eq!((nearest.nearer(), View::default().farther()), (None, None));
        assert_eq!(nearest.farther(), Some(near));
    }

    #[test]
    fn queries_say_where_one_is() {
        assert_eq!(View::default().query(), "");
        assert_eq!(View::new(90, 2, 1, 0).query(), "?turn=90&zoom=2&x=1&y=0");
        assert_eq!(View::new(0, 1, 5, 5), View::default());
    }

    proptest! {
        #[test]
        fn no_view_leaves_the_image(
            turn: u32, zoom: u32, x: u32, y: u32, width in 1_u32..9_000, height in 1_u32..9_000,
        ) {
            let view = View::new(turn, zoom, x, y);
            let (left, top, wide, high) = view.cut(width, height);
            prop_assert!(wide >= 1 && high >= 1 && left + wide <= width && top + high <= height);
            prop_assert!(view.turn() < 360 && ZOOMS.contains(&view.zoom()));
            let steps = [view.moved(1, 0), view.moved(-1, 0), view.moved(0, 1), view.moved(0, -1)];
            for next in steps.into_iter().flatten().chain([view.turned()]).chain(view.nearer()).chain(view.farther()) {
                prop_assert_eq!(next, View::new(next.turn, next.zoom, next.x, next.y));
            }
        }
    }
}
