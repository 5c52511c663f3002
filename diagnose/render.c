#include "base/base.h"
#include "diagnose/render.h"

#include "diagnose/render_formats.h"

const struct renderer renderers[] = {
	{ "text", "one screen for people", render_text },
	{ "json", "the sparkdx.diagnosis.v1 contract", render_json },
	{ "markdown", "for tickets and chats", render_markdown },
	{ "html", "one page to attach or to open from a build", render_html },
	{ "conf", "only the settings that cure, for spark-submit", render_conf },
	{ "sarif", "SARIF 2.1.0, for code scanning", render_sarif },
	{ "junit", "JUnit XML, for build servers", render_junit },
	{ "github", "annotations of GitHub's workflows", render_github },
};
const size_t renderer_count = ARRAY_LEN(renderers);

const struct renderer *renderer_find(struct str name)
{
	for (size_t i = 0; i < renderer_count; i++)
		if (str_eq(name, str_from(renderers[i].name)))
			return &renderers[i];
	return NULL;
}
