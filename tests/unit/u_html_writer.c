#include "base/base.h"
#include "base/html_writer.h"
#include "tests/unit/test.h"

static void check_text(struct str in, struct str want)
{
	struct buf b = BUF_INIT(4096);
	struct html_writer w;

	html_writer_init(&w, &b);
	html_text(&w, in);
	CHECK(!w.failed);
	CHECK_STR(buf_str(&b), want);
	buf_release(&b);
}

TEST(html_text_means_nothing_to_a_browser)
{
	check_text(STR(""), STR(""));
	check_text(STR("plain / text = 1"), STR("plain / text = 1"));
	check_text(STR("</pre><script>"), STR("&lt;/pre&gt;&lt;script&gt;"));
	check_text(STR("\"'&"), STR("&quot;&#39;&amp;"));
	check_text(STR("&lt;&#60;"), STR("&amp;lt;&amp;#60;"));
	check_text(STR("]]>"), STR("]]&gt;"));
	check_text(STR("a\tb\nc\x01\x1b[2J\x7f"), STR("a b\\x0ac\\x01\\x1b[2J\\x7f"));
	check_text(STR("a\0b"), STR("a\\x00b"));
	check_text(STR("gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80"),
		   STR("gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80"));
	check_text(STR("\xff\xc0\xaf\xed\xa0\x80"), STR("\\xff\\xc0\\xaf\\xed\\xa0\\x80"));
	check_text(STR("\xc2\x80\xc2\x9f\xc2\xa0"), STR("\\u{80}\\u{9f}\xc2\xa0"));
	check_text(STR("\xe2\x80\xaa\xe2\x80\xae\xe2\x81\xa6\xe2\x81\xa9\xd8\x9c\xe2\x80\x8f"),
		   STR("\\u{202a}\\u{202e}\\u{2066}\\u{2069}\\u{61c}\\u{200f}"));
	check_text(STR("\xe2\x80\xa8\xef\xbf\xbe\xef\xbf\xbf"), STR("\\u{2028}\\u{fffe}\\u{ffff}"));
}

TEST(html_elements_are_closed_and_attributes_quoted)
{
	struct buf b = BUF_INIT(4096);
	struct html_writer w;

	html_writer_init(&w, &b);
	html_open(&w, "div");
	html_attr(&w, "class", STR("a\"><script>"));
	html_attrf(&w, "id", "n-%d", 7);
	html_element(&w, "span", NULL, STR(""));
	html_element(&w, "code", "c", STR("x<y"));
	html_open(&w, "br");
	html_close(&w);
	html_textf(&w, "%d > %s", 2, "'1'");
	html_verbatim(&w, "<!---->");
	CHECK(w.depth == 1);
	html_close(&w);
	CHECK(!w.failed && !w.depth);
	CHECK_STR(buf_str(&b),
		  STR("\n<div class=\"a&quot;&gt;&lt;script&gt;\" id=\"n-7\"><span></span>"
		      "<code class=\"c\">x&lt;y</code>\n<br/>2 &gt; &#39;1&#39;<!----></div>"));
	buf_release(&b);
}

TEST(html_writer_fails_past_the_ceiling)
{
	struct buf b = BUF_INIT(12);
	struct html_writer w;

	html_writer_init(&w, &b);
	html_element(&w, "p", NULL, STR("too long for it"));
	CHECK(w.failed);
	CHECK(b.len <= 12);
	buf_release(&b);
}
