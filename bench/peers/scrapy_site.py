# A site crawled with Scrapy as its guide shows: follow links, keep title and text of each page in a JSON lines file.
import json
import time

from scrapy.linkextractors import LinkExtractor
from scrapy.spiders import CrawlSpider, Rule


class Site(CrawlSpider):
    name = "site"
    allowed_domains = ["127.0.0.1"]
    rules = (Rule(LinkExtractor(allow=r"\.html$"), callback="keep", follow=True),)

    def __init__(self, url, **kwargs):
        super().__init__(**kwargs)
        self.start_urls = [url]
        self.pages = 0
        self.started = time.monotonic()

    def parse_start_url(self, response):
        return self.keep(response)

    def keep(self, response):
        self.pages += 1
        text = " ".join(response.xpath("//body//text()").getall())
        yield {"url": response.url, "title": response.xpath("string(//title)").get(), "text": text}

    def closed(self, reason):
        print(json.dumps({"pages": self.pages, "seconds": time.monotonic() - self.started}))
