// What people do on more than one walk.
import { picture } from "./browser.mjs";

/** A product, with a picture, on sale. */
export async function putOnSale(seller, product) {
  await seller.to("/sell/products");
  await seller.follow("product-new");
  await seller.fill("product-field-title", product);
  await seller.fill("product-field-description", "White, round, one of a kind.");
  await seller.page.getByRole("radio", { name: seller.t("trade-mode-ordinary"), exact: true }).check();
  await seller.fill("product-field-price", "50000");
  await seller.fill("product-field-shipping", "3000");
  await seller.fill("product-field-quantity", "5");
  await seller.press("product-create");
  await seller.told("flash-product-created");
  await seller.field("product-field-pictures").setInputFiles(await picture(seller.page));
  await seller.press("product-pictures-add");
  await seller.told("flash-saved");
  await seller.press("product-publish");
  await seller.told("flash-product-published");
}

/** An announcement, with a video that goes straight to the storage: a file as Playwright takes it. */
export async function announce(seller, product, title, video) {
  await seller.to("/sell/trailers");
  await seller.follow("trailer-new");
  await seller.fill("plan-field-title", title);
  await seller.fill("plan-field-description", "We open the kiln together.");
  await seller.fill("trailer-field-starts", new Date(Date.now() + 33 * 3600_000).toISOString().slice(0, 16));
  await seller.field("trailer-field-product").selectOption({ label: product });
  await seller.fill("trailer-field-price", "42000");
  await seller.field("trailer-field-image").setInputFiles(await picture(seller.page));
  await seller.field("trailer-field-video").setInputFiles(video);
  await seller.page.getByText(seller.t("upload-done")).waitFor();
  await seller.press("trailer-announce");
  await seller.told("flash-trailer-announced");
}

/** Where an order goes, on the page of the checkout. */
export async function giveAddress(buyer) {
  await buyer.page.locator("[name=address][value=new]").first().check({ force: true }).catch(() => {});
  await buyer.fill("address-recipient", "Hong");
  await buyer.fill("label-phone", "010-1111-2222");
  await buyer.fill("address-postcode", "04524");
  await buyer.fill("address-line1", "Sejong-daero 110");
}
