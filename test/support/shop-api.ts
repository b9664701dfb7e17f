type Json = Readonly<Record<string, unknown>>;

interface Resource {
  /** "orders", "Order", and what one is. */
  readonly path: string;
  readonly name: string;
  readonly what: string;
  readonly fields: readonly string[];
  /** method, path below the resource, operationId, summary */
  readonly more: readonly (readonly [string, string, string, string])[];
}

const resource = (path: string, name: string, what: string, fields: string, more: string): Resource => ({
  path,
  name,
  what,
  fields: fields.split(' '),
  more: more
    .trim()
    .split('\n')
    .map(
      (line) =>
        line
          .trim()
          .split('|')
          .map((part) => part.trim()) as [string, string, string, string],
    ),
});

const resources: readonly Resource[] = [
  resource(
    'customers',
    'Customer',
    'A person or company that buys',
    'email phone vatNumber language',
    `post|/{id}/merge|mergeCustomers|Merge two customer records into one
    get|/{id}/timeline|getCustomerTimeline|Everything that happened with a customer
    put|/{id}/consents|setMarketingConsents|Record which newsletters a customer agreed to`,
  ),
  resource(
    'orders',
    'Order',
    'A purchase of goods',
    'customerId lines currency note',
    `post|/{id}/cancel|cancelOrder|Cancel an order that has not shipped
    post|/{id}/split|splitOrder|Split an order into several deliveries
    get|/{id}/history|getOrderHistory|Status changes of an order`,
  ),
  resource(
    'products',
    'Product',
    'Something that is sold',
    'sku title price weight',
    `post|/{id}/images|uploadProductImage|Upload a picture of a product
    get|/{id}/availability|checkAvailability|How many pieces can be sold now
    post|/{id}/archive|archiveProduct|Take a product out of the catalogue`,
  ),
  resource(
    'categories',
    'Category',
    'A group of products in the catalogue',
    'title parentId position',
    `post|/{id}/move|moveCategory|Put a category below another one
    get|/{id}/products|listCategoryProducts|Products in a category
    put|/{id}/sorting|setCategorySorting|Define in which order products appear`,
  ),
  resource(
    'carts',
    'Cart',
    'A basket before checkout',
    'customerId items coupon',
    `post|/{id}/items|addCartItem|Put a product into a cart
    post|/{id}/checkout|checkoutCart|Turn a cart into an order
    get|/abandoned|listAbandonedCarts|Carts that were left behind`,
  ),
  resource(
    'invoices',
    'Invoice',
    'A bill for an order',
    'orderId dueDate amount',
    `post|/{id}/send|sendInvoice|Send an invoice by e-mail
    get|/{id}/pdf|downloadInvoicePdf|An invoice as a PDF file
    post|/{id}/void|voidInvoice|Declare an invoice invalid`,
  ),
  resource(
    'payments',
    'Payment',
    'Money that came in',
    'invoiceId method amount',
    `post|/{id}/refunds|refundPayment|Give money back
    post|/{id}/capture|capturePayment|Collect an authorised amount
    get|/methods|listPaymentMethods|Ways in which customers can pay`,
  ),
  resource(
    'shipments',
    'Shipment',
    'A parcel on its way',
    'orderId carrier weight',
    `get|/{id}/tracking|trackShipment|Where a parcel is right now
    post|/{id}/labels|createShippingLabel|Print an address label for a parcel
    post|/rates|quoteShippingRates|What carriers charge for a parcel`,
  ),
  resource(
    'returns',
    'Return',
    'Goods that come back',
    'orderId reason condition',
    `post|/{id}/approve|approveReturn|Accept goods that come back
    post|/{id}/reject|rejectReturn|Turn down goods that come back
    get|/reasons|listReturnReasons|Why goods are sent back`,
  ),
  resource(
    'warehouses',
    'Warehouse',
    'A place where goods lie',
    'city country capacity',
    `get|/{id}/stock|listWarehouseStock|Stock levels in a warehouse
    post|/{id}/transfers|transferStock|Move goods between warehouses
    post|/{id}/counts|startStockCount|Begin counting what is on the shelves`,
  ),
  resource(
    'suppliers',
    'Supplier',
    'A company that delivers goods to us',
    'name contact leadTime',
    `get|/{id}/catalogue|getSupplierCatalogue|What a supplier offers
    post|/{id}/ratings|rateSupplier|Judge how reliable a supplier is
    put|/{id}/terms|setSupplierTerms|Agree on conditions with a supplier`,
  ),
  resource(
    'purchase-orders',
    'PurchaseOrder',
    'An order that we place with a supplier',
    'supplierId lines eta',
    `post|/{id}/receive|receivePurchaseOrder|Book delivered goods into stock
    post|/{id}/confirm|confirmPurchaseOrder|The supplier agreed to deliver
    get|/overdue|listOverduePurchaseOrders|Deliveries from suppliers that are late`,
  ),
  resource(
    'coupons',
    'Coupon',
    'A code that lowers the price',
    'code percent validUntil',
    `post|/{id}/disable|disableCoupon|Stop a discount code from working
    get|/{id}/usage|getCouponUsage|Who used a discount code
    post|/generate|generateCoupons|Make many discount codes at once`,
  ),
  resource(
    'reviews',
    'Review',
    'What a customer says of a product',
    'productId stars text',
    `post|/{id}/publish|publishReview|Show a review in the shop
    post|/{id}/replies|replyToReview|Answer a review publicly
    post|/{id}/report|reportReview|Mark a review as offensive`,
  ),
  resource(
    'tickets',
    'Ticket',
    'A question or complaint of a customer',
    'customerId subject priority',
    `post|/{id}/messages|addTicketMessage|Write to the customer in a ticket
    post|/{id}/assign|assignTicket|Give a ticket to a colleague
    post|/{id}/close|closeTicket|Finish a ticket as solved`,
  ),
  resource(
    'employees',
    'Employee',
    'Somebody who works here',
    'name role startDate',
    `get|/{id}/schedule|getEmployeeSchedule|When somebody works
    post|/{id}/absences|reportAbsence|Note that somebody is ill or on holiday
    put|/{id}/permissions|setPermissions|What somebody may do in the system`,
  ),
  resource(
    'stores',
    'Store',
    'A shop in a street',
    'city openingHours manager',
    `get|/nearby|findNearbyStores|Shops close to a position
    put|/{id}/opening-hours|setOpeningHours|When a shop is open
    get|/{id}/sales|getStoreSales|Revenue of a shop by day`,
  ),
  resource(
    'gift-cards',
    'GiftCard',
    'Prepaid money as a present',
    'balance currency expires',
    `get|/{id}/balance|getGiftCardBalance|Money left on a gift card
    post|/{id}/redeem|redeemGiftCard|Pay with a gift card
    post|/{id}/block|blockGiftCard|Make a lost gift card useless`,
  ),
  resource(
    'subscriptions',
    'Subscription',
    'Goods that are sent again and again',
    'customerId interval productId',
    `post|/{id}/pause|pauseSubscription|Stop deliveries for a while
    post|/{id}/resume|resumeSubscription|Go on with paused deliveries
    post|/{id}/skip|skipNextDelivery|Leave out the next delivery`,
  ),
  resource(
    'campaigns',
    'Campaign',
    'An advertisement by mail',
    'subject audience sendAt',
    `post|/{id}/launch|launchCampaign|Start sending an advertisement
    get|/{id}/statistics|getCampaignStatistics|How many opened and clicked
    post|/{id}/test|sendTestMail|Send a sample of an advertisement to yourself`,
  ),
  resource(
    'taxes',
    'TaxRate',
    'How much tax applies where',
    'country percent category',
    `post|/calculate|calculateTax|Compute the tax for a basket and an address
    get|/report|getTaxReport|Taxes collected in a period
    post|/validate-vat|validateVatNumber|Check a tax number of a company`,
  ),
  resource(
    'webhooks',
    'Webhook',
    'An address that is told of events',
    'url events secret',
    `get|/{id}/deliveries|listWebhookDeliveries|Notifications that were sent
    post|/{id}/ping|pingWebhook|Send a sample event
    post|/{id}/rotate-secret|rotateWebhookSecret|Replace the key that signs notifications`,
  ),
  resource(
    'reports',
    'Report',
    'Figures about the business',
    'title period format',
    `get|/revenue|getRevenueReport|Turnover by month and country
    get|/bestsellers|getBestsellers|What sells best
    post|/{id}/schedule|scheduleReport|Have a report mailed regularly`,
  ),
  resource(
    'exports',
    'Export',
    'Data as a file',
    'kind format since',
    `get|/{id}/file|downloadExportFile|Fetch the finished file
    post|/accounting|exportAccounting|Hand bookings over to the tax adviser
    post|/{id}/retry|retryExport|Try a failed export again`,
  ),
  resource(
    'api-keys',
    'ApiKey',
    'Access for another program',
    'name scopes expires',
    `post|/{id}/revoke|revokeApiKey|Withdraw the access of a program
    get|/{id}/activity|getApiKeyActivity|What was done with a key
    post|/{id}/limits|setApiKeyLimits|How many calls a program may make`,
  ),
];

const schemaOf = ({ fields, what }: Resource): Json => ({
  type: 'object',
  description: what,
  required: [fields[0]],
  properties: {
    id: { type: 'string', readOnly: true },
    ...Object.fromEntries(
      fields.map((field) => [
        field,
        /amount|price|percent|weight|stars|capacity/.test(field) ? { type: 'number' } : { type: 'string' },
      ]),
    ),
  },
});

/** A document of 200 operations, like those that businesses have. */
export function shopApi(base: string): Json {
  const paths: Record<string, Record<string, unknown>> = {};
  const id = { name: 'id', in: 'path', required: true, schema: { type: 'string' } };
  const ok = { '200': { description: 'Done.' } };
  const put = (path: string, method: string, operation: Json): void => {
    paths[path] = { ...paths[path], [method]: operation };
  };
  for (const each of resources) {
    const ref = { $ref: `#/components/schemas/${each.name}` };
    const body = { required: true, content: { 'application/json': { schema: ref } } };
    const [tags, low] = [[each.path], each.what.replace(/^./, (letter) => letter.toLowerCase())];
    const plural = each.path.replaceAll(/(^|-)(\w)/g, (_, _dash, letter: string) => letter.toUpperCase());
    const pages = [
      { name: 'limit', in: 'query', schema: { type: 'integer', minimum: 1, maximum: 100 } },
      { name: 'page', in: 'query', schema: { type: 'integer' } },
      { name: 'q', in: 'query', description: 'Words to look for', schema: { type: 'string' } },
    ];
    put(`/${each.path}`, 'get', {
      operationId: `list${plural}`,
      summary: `List ${each.path.replace('-', ' ')}`,
      description: `Each is ${low}.`,
      tags,
      parameters: pages,
      responses: ok,
    });
    put(`/${each.path}`, 'post', {
      operationId: `create${each.name}`,
      summary: `Create a ${each.name}`,
      description: each.what,
      tags,
      requestBody: body,
      responses: ok,
    });
    const one = `/${each.path}/{id}`;
    put(one, 'get', {
      operationId: `get${each.name}`,
      summary: `Get one ${each.name}`,
      description: each.what,
      tags,
      parameters: [id],
      responses: ok,
    });
    put(one, 'patch', {
      operationId: `update${each.name}`,
      summary: `Change a ${each.name}`,
      tags,
      parameters: [id],
      requestBody: body,
      responses: ok,
    });
    put(one, 'delete', {
      operationId: `delete${each.name}`,
      summary: `Delete a ${each.name}`,
      tags,
      parameters: [id],
      responses: ok,
    });
    for (const [method, below, operationId, summary] of each.more)
      put(`/${each.path}${below}`, method, {
        operationId,
        summary,
        tags,
        parameters: below.includes('{id}') ? [id] : [],
        responses: ok,
      });
  }
  const schemas = Object.fromEntries(resources.map((each) => [each.name, schemaOf(each)]));
  return {
    openapi: '3.1.0',
    info: { title: 'Shop', version: '1' },
    servers: [{ url: base }],
    paths,
    components: { schemas },
  };
}

/** What a person would ask, and the operation that answers it. */
export const shopQuestions: readonly (readonly [question: string, operation: string])[] = [
  ['where is the parcel of this customer now', 'trackShipment'],
  ['give the customer their money back', 'refundPayment'],
  ['the discount code should not work any more', 'disableCoupon'],
  ['which shops are close to me', 'findNearbyStores'],
  ['how much money is left on a gift card', 'getGiftCardBalance'],
  ['stop the deliveries of a subscription for two months', 'pauseSubscription'],
  ['send the invoice by mail again', 'sendInvoice'],
  ['get the bill as pdf', 'downloadInvoicePdf'],
  ['make 500 discount codes', 'generateCoupons'],
  ['somebody called in ill today', 'reportAbsence'],
  ['what are our best selling products', 'getBestsellers'],
  ['move goods from one warehouse to the other', 'transferStock'],
  ['a customer wrote an offensive review', 'reportReview'],
  ['answer a review of a product', 'replyToReview'],
  ['who has used the coupon', 'getCouponUsage'],
  ['assign the ticket to my colleague', 'assignTicket'],
  ['mark a complaint as solved', 'closeTicket'],
  ['turn the basket into an order', 'checkoutCart'],
  ['add an item to the cart', 'addCartItem'],
  ['carts that people left behind', 'listAbandonedCarts'],
  ['merge two records of the same customer', 'mergeCustomers'],
  ['cancel an order', 'cancelOrder'],
  ['add a new supplier', 'createSupplier'],
  ['show all orders', 'listOrders'],
  ['remove a webhook', 'deleteWebhook'],
  ['change the price of a product', 'updateProduct'],
  ['which deliveries from suppliers are late', 'listOverduePurchaseOrders'],
  ['how much tax must be paid for this basket', 'calculateTax'],
  ['check the VAT number of a company', 'validateVatNumber'],
  ['opening hours of a shop on sunday', 'setOpeningHours'],
  ['how many people opened and clicked our campaign', 'getCampaignStatistics'],
  ['what does shipping cost with each carrier', 'quoteShippingRates'],
  ['withdraw the access of the old program', 'revokeApiKey'],
  ['upload a photo of a product', 'uploadProductImage'],
  ['is the article still available', 'checkAvailability'],
  ['when does she work next week', 'getEmployeeSchedule'],
  ['try the failed export again', 'retryExport'],
  ['turnover by month', 'getRevenueReport'],
  ['accept the goods that a customer sent back', 'approveReturn'],
  ['new key for signing webhook notifications', 'rotateWebhookSecret'],
];
